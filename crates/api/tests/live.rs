//! The application over its routes, without a socket.

#[actix_web::test]
async fn a_running_process_says_so() {
    use actix_web::{App, test};
    let app = test::init_service(App::new().configure(messages_api::routes)).await;
    let request = test::TestRequest::get().uri("/health/live").to_request();
    let body: serde_json::Value = test::call_and_read_body_json(&app, request).await;
    assert_eq!(body, serde_json::json!({ "status": "ok" }));
}
