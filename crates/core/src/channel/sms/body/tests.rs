use super::*;

fn read(body: &str) -> Option<Refusal> {
    refusal(body, serde_json::from_str(body).ok().as_ref())
}

#[test]
fn a_body_that_says_no_is_a_refusal() {
    for (body, whom) in [
        ("ERROR:14", Refusal::Recipient),
        ("ERR: 001, Authentication failed", Refusal::Account),
        ("Error - insufficient credits", Refusal::Credit),
        ("Erreur : crédit épuisé", Refusal::Credit),
        ("\"ERROR: invalid API key\"", Refusal::Account),
        ("KO", Refusal::Recipient),
        ("status=error&reason=throttled", Refusal::Pace),
        ("FAILED|Invalid mobile number", Refusal::Recipient),
        ("false", Refusal::Recipient),
        (r#"{"success":false}"#, Refusal::Recipient),
        (
            r#"{"success":false,"message":"Crédit insuffisant"}"#,
            Refusal::Credit,
        ),
        (
            r#"{"success":"false","reason":"sender not allowed"}"#,
            Refusal::Sender,
        ),
        (r#"{"ok":0}"#, Refusal::Recipient),
        (
            r#"{"status":"error","message":"Invalid recipient"}"#,
            Refusal::Recipient,
        ),
        (
            r#"{"status":"ERROR","error":"bad credentials"}"#,
            Refusal::Account,
        ),
        (r#"{"status":"failed"}"#, Refusal::Recipient),
        (
            r#"{"message-count":"1","messages":[{"status":"4","error-text":"Bad Credentials"}]}"#,
            Refusal::Account,
        ),
        (r#"{"messages":[{"status":"4"}]}"#, Refusal::Account),
        (
            r#"{"message-count":"1","messages":[{"status":"1","error-text":"Throttled"}]}"#,
            Refusal::Pace,
        ),
        (
            r#"{"messages":[{"status":"9","error-text":"Partner quota exceeded"}]}"#,
            Refusal::Credit,
        ),
        (
            r#"{"messages":[{"status":"6","error-text":"Unroutable message"}]}"#,
            Refusal::Recipient,
        ),
        (
            r#"{"ids":[],"invalidReceivers":["+33612345678"],"totalCreditsRemoved":0}"#,
            Refusal::Recipient,
        ),
        (r#"{"code":401,"message":"Unauthorized"}"#, Refusal::Account),
        (r#"{"code":"402"}"#, Refusal::Credit),
        (r#"{"code":429}"#, Refusal::Pace),
        (r#"{"code":500,"message":"Internal error"}"#, Refusal::Doubt),
        (
            r#"{"code":400,"message":"Numéro invalide"}"#,
            Refusal::Recipient,
        ),
        (
            r#"{"error":{"code":21211,"message":"Invalid 'To' Phone Number"}}"#,
            Refusal::Recipient,
        ),
        (r#"{"error":true}"#, Refusal::Recipient),
        (
            r#"{"errors":[{"description":"rate limit exceeded"}]}"#,
            Refusal::Pace,
        ),
        (
            r#"{"SMSMessageData":{"Recipients":[{"statusCode":405,"status":"InsufficientBalance"}]}}"#,
            Refusal::Credit,
        ),
        (
            r#"{"SMSMessageData":{"Recipients":[{"statusCode":403,"status":"InvalidPhoneNumber"}]}}"#,
            Refusal::Recipient,
        ),
        (
            r#"{"messages":[{"status":{"groupId":5,"groupName":"REJECTED","description":"Destination not registered"}}]}"#,
            Refusal::Recipient,
        ),
        (r#"[{"success":false}]"#, Refusal::Recipient),
    ] {
        assert_eq!(read(body), Some(whom), "{body}");
    }
}

#[test]
fn what_says_yes_or_nothing_is_none() {
    for body in [
        "",
        "OK",
        "OK: 12345",
        "0",
        "1701|33612345678:abc",
        "Success",
        "id: 12, errors: 0",
        "true",
        "12345",
        "null",
        "{}",
        r#"{"id":"abc"}"#,
        r#"{"success":true,"error":null}"#,
        r#"{"status":"ok","errors":[]}"#,
        r#"{"status":"queued","error_code":null,"error_message":null,"sid":"SM1"}"#,
        r#"{"status":1}"#,
        r#"{"status":"sent","error":""}"#,
        r#"{"status":"success","error":{"code":0,"message":"No error"}}"#,
        r#"{"message-count":"1","messages":[{"status":"0","message-id":"0A"}]}"#,
        r#"{"ids":[1],"invalidReceivers":[],"validReceivers":["+33612345678"],"totalCreditsRemoved":1}"#,
        r#"{"code":200,"message":"accepted"}"#,
        r#"{"SMSMessageData":{"Message":"Sent to 1/1","Recipients":[{"statusCode":101,"status":"Success"}]}}"#,
        r#"{"messages":[{"status":{"groupId":1,"groupName":"PENDING"}}]}"#,
        r#"{"failed":0,"sent":1}"#,
        r#"{"remainingCredits":0,"id":5}"#,
    ] {
        assert_eq!(read(body), None, "{body}");
    }
}
