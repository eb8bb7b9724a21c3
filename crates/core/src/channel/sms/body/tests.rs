use super::*;

fn read(body: &str) -> Option<Meaning> {
    refusal(body, serde_json::from_str(body).ok().as_ref())
}

#[test]
fn a_body_that_says_no_is_a_refusal() {
    for (whom, bodies) in [
        (
            Meaning::Recipient,
            &[
                "ERROR:14",
                "KO",
                "FAILED|Invalid mobile number",
                "false",
                r#"{"success":false}"#,
                r#"{"ok":0}"#,
                r#"{"status":"error","message":"Invalid recipient"}"#,
                r#"{"status":"failed"}"#,
                r#"{"messages":[{"status":"6","error-text":"Unroutable message"}]}"#,
                r#"{"ids":[],"invalidReceivers":["+33612345678"],"totalCreditsRemoved":0}"#,
                r#"{"code":400,"message":"Numéro invalide"}"#,
                r#"{"error":{"code":21211,"message":"Invalid 'To' Phone Number"}}"#,
                r#"{"error":true}"#,
                r#"{"SMSMessageData":{"Recipients":[{"statusCode":403,"status":"InvalidPhoneNumber"}]}}"#,
                r#"{"messages":[{"status":{"groupId":5,"groupName":"REJECTED","description":"Destination not registered"}}]}"#,
                r#"[{"success":false}]"#,
            ][..],
        ),
        (
            Meaning::Account,
            &[
                "ERR: 001, Authentication failed",
                "\"ERROR: invalid API key\"",
                r#"{"status":"ERROR","error":"bad credentials"}"#,
                r#"{"message-count":"1","messages":[{"status":"4","error-text":"Bad Credentials"}]}"#,
                r#"{"messages":[{"status":"4"}]}"#,
                r#"{"code":401,"message":"Unauthorized"}"#,
            ],
        ),
        (
            Meaning::Credit,
            &[
                "Error - insufficient credits",
                "Erreur : crédit épuisé",
                r#"{"success":false,"message":"Crédit insuffisant"}"#,
                r#"{"messages":[{"status":"9","error-text":"Partner quota exceeded"}]}"#,
                r#"{"code":"402"}"#,
                r#"{"SMSMessageData":{"Recipients":[{"statusCode":405,"status":"InsufficientBalance"}]}}"#,
            ],
        ),
        (
            Meaning::Sender,
            &[r#"{"success":"false","reason":"sender not allowed"}"#],
        ),
        (
            Meaning::Pace,
            &[
                "status=error&reason=throttled",
                r#"{"message-count":"1","messages":[{"status":"1","error-text":"Throttled"}]}"#,
                r#"{"code":429}"#,
                r#"{"errors":[{"description":"rate limit exceeded"}]}"#,
            ],
        ),
        (
            Meaning::Doubt,
            &[r#"{"code":500,"message":"Internal error"}"#],
        ),
    ] {
        for body in bodies {
            assert_eq!(read(body), Some(whom), "{body}");
        }
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
