//! The API's description as a page to browse: plain HTML, nothing from elsewhere, no script.

use axum::response::Html;
use serde_json::Value;
use std::fmt::Write as _;
use utoipa::openapi::OpenApi;

/// The page.
pub(super) fn of(description: &OpenApi) -> Html<String> {
    let api = serde_json::to_value(description).unwrap_or_default();
    let mut html = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Kartoteka: the API</title>\
         <h1>Kartoteka: the API</h1><p>As a file for programs: <a href=\"/api/v1/openapi.json\">openapi.json</a> \
         (OpenAPI 3.1).</p>",
    );
    let paths = api["paths"].as_object().into_iter().flatten();
    for (path, item) in paths {
        for (method, operation) in item.as_object().into_iter().flatten() {
            write_operation(&mut html, path, method, operation);
        }
    }
    html.push_str("<h2>Forms</h2>");
    for (name, schema) in api["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
    {
        write_form(&mut html, name, schema);
    }
    Html(html)
}

fn write_operation(html: &mut String, path: &str, method: &str, operation: &Value) {
    let Some(summary) = operation["summary"].as_str() else {
        return;
    };
    let needs = operation["x-permission"].as_str().unwrap_or("–");
    // Writing into a string does not fail.
    let _ = write!(
        html,
        "<h2>{} {}</h2><p><b>{}</b> (needs: {})</p>",
        escaped(&method.to_uppercase()),
        escaped(path),
        escaped(summary),
        escaped(needs)
    );
    if let Some(words) = operation["description"].as_str() {
        let _ = write!(html, "<p>{}</p>", escaped(words));
    }
    html.push_str("<ul>");
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        let text = |key: &str| escaped(parameter[key].as_str().unwrap_or_default());
        let _ = write!(
            html,
            "<li><code>{}</code> ({}): {}</li>",
            text("name"),
            text("in"),
            text("description")
        );
    }
    for (kind, content) in operation["requestBody"]["content"]
        .as_object()
        .into_iter()
        .flatten()
    {
        let _ = write!(
            html,
            "<li>body {}: {}</li>",
            escaped(kind),
            form_of(&content["schema"])
        );
    }
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let words = response["description"].as_str().unwrap_or_default();
        let _ = write!(html, "<li>{}: {}", escaped(status), escaped(words));
        for content in response["content"]
            .as_object()
            .into_iter()
            .flat_map(|c| c.values())
        {
            let _ = write!(html, " {}", form_of(&content["schema"]));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
}

fn write_form(html: &mut String, name: &str, schema: &Value) {
    let words = escaped(schema["description"].as_str().unwrap_or_default());
    let _ = write!(
        html,
        "<h3 id=\"{0}\">{0}</h3><p>{words}</p><ul>",
        escaped(name)
    );
    for (field, form) in schema["properties"].as_object().into_iter().flatten() {
        let words = escaped(form["description"].as_str().unwrap_or_default());
        let _ = write!(
            html,
            "<li><code>{}</code>: {} {words}</li>",
            escaped(field),
            form_of(form)
        );
    }
    html.push_str("</ul>");
}

/// A form by name, with a link where it has one.
fn form_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|link| link.rsplit('/').next())
    {
        return format!("<a href=\"#{0}\">{0}</a>", escaped(name));
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", form_of(&schema["items"])),
        Value::String(kind) => escaped(kind),
        Value::Array(kinds) => {
            let kinds: Vec<String> = kinds
                .iter()
                .filter_map(|k| k.as_str())
                .map(escaped)
                .collect();
            kinds.join(" or ")
        }
        _ => String::new(),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
