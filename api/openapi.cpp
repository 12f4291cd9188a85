#include "api/openapi.hpp"

#include <map>
#include <vector>

#include "api/json_writer.hpp"
#include "api/letter_case.hpp"

namespace lucid::api {
namespace {

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const std::size_t end = text.find(' ');
    out.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::vector<std::string_view> path_params(std::string_view pattern) {
  std::vector<std::string_view> out;
  for (std::size_t at = 0; (at = pattern.find('{', at)) != std::string_view::npos; ++at)
    out.push_back(pattern.substr(at + 1, pattern.find('}', at) - at - 1));
  return out;
}

void write_parameter(JsonWriter& out, std::string_view name, std::string_view place, bool required) {
  out.begin_object().field("name", name).field("in", place).field("required", required);
  out.key("schema").begin_object().field("type", "string").end_object().end_object();
}

void write_body(JsonWriter& out, const Route& route) {
  if (route.body == BodyKind::none) return;
  out.key("requestBody").begin_object().field("required", true);
  out.field("description", "at most " + std::to_string(route.body_limit) + " bytes").key("content").begin_object();
  if (route.body != BodyKind::bytes)
    out.key("application/json")
        .begin_object()
        .key("schema")
        .begin_object()
        .field("type", "object")
        .end_object()
        .end_object();
  if (route.body != BodyKind::json)
    out.key("application/octet-stream")
        .begin_object()
        .key("schema")
        .begin_object()
        .field("type", "string")
        .field("format", "binary")
        .end_object()
        .end_object();
  out.end_object().end_object();
}

void write_operation(JsonWriter& out, const Route& route) {
  std::string id = to_lower(route.method);
  for (const char c : route.pattern) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_') id += c;
    if (c == '/' || c == '-' || c == '.') id += '_';
  }
  out.key(to_lower(route.method)).begin_object();
  out.field("operationId", id).field("summary", route.summary).field("x-access", access_name(route.access));
  out.key("parameters").begin_array();
  for (const std::string_view name : path_params(route.pattern)) write_parameter(out, name, "path", true);
  for (const std::string_view name : words(route.query)) write_parameter(out, name, "query", false);
  out.end_array();
  write_body(out, route);
  out.key("responses").begin_object();
  out.key(std::to_string(route.success)).begin_object().field("description", route.summary).end_object();
  out.key("default").begin_object().field("$ref", "#/components/responses/Error").end_object();
  out.end_object().end_object();
}

void write_components(JsonWriter& out) {
  static constexpr std::string_view kError =
      R"({"responses":{"Error":{"description":"any error","content":{"application/json":{"schema":{"$ref":"#/components/schemas/Error"}}}}},)"
      R"("schemas":{"Error":{"type":"object","required":["error"],"properties":{"error":{"type":"object",)"
      R"("required":["code","message","details","request_id","timestamp","service","version"],"properties":{)"
      R"("code":{"type":"string"},"message":{"type":"string"},"details":{"type":"object"},"request_id":{"type":"string"},)"
      R"("timestamp":{"type":"string","format":"date-time"},"service":{"type":"string"},"version":{"type":"string"}}}}}}})";
  out.key("components").raw(kError);
}

std::string html_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace

std::string_view access_name(Access access) {
  switch (access) {
    case Access::everyone:
      return "public";
    case Access::read:
      return "read";
    case Access::write:
      return "write";
    case Access::admin:
      return "admin";
  }
  return "admin";
}

std::string openapi_document(std::span<const Route* const> routes, std::string_view version) {
  std::map<std::string_view, std::vector<const Route*>> paths;
  for (const Route* route : routes) paths[route->pattern].push_back(route);
  JsonWriter out;
  out.begin_object().field("openapi", "3.0.3").key("info").begin_object();
  out.field("title", "Lucid Blocks").field("version", version).end_object().key("paths").begin_object();
  for (const auto& [path, methods] : paths) {
    out.key(path).begin_object();
    for (const Route* route : methods) write_operation(out, *route);
    out.end_object();
  }
  out.end_object();
  write_components(out);
  out.end_object();
  return out.take();
}

std::string docs_page(std::span<const Route* const> routes, std::string_view version) {
  std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Lucid Blocks " +
                    html_escaped(version) + "</title></head>\n<body><h1>Lucid Blocks " + html_escaped(version) +
                    "</h1>\n<p>The same for programs: <a href=\"/openapi.json\">openapi.json</a></p>\n<table>\n"
                    "<tr><th>Method</th><th>Path</th><th>Access</th><th>What it does</th></tr>\n";
  for (const Route* route : routes) {
    out += "<tr><td>" + html_escaped(route->method) + "</td><td><code>" + html_escaped(route->pattern) +
           "</code></td><td>" + html_escaped(access_name(route->access)) + "</td><td>" + html_escaped(route->summary) +
           "</td></tr>\n";
  }
  return out + "</table></body></html>\n";
}

}  // namespace lucid::api
