import Foundation
import MCPProtocol

/// A line of JSON, read by the system's own parser: an opinion besides ours.
struct JSONText {
  let text: String
  private let object: [String: Any]

  init(_ text: String) {
    self.text = text
    let parsed = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    object = parsed as? [String: Any] ?? [:]
  }

  /// The id exactly as it stands in the line; `nil` if there is none.
  var id: String? {
    guard let document = try? JSONDocument(Array(text.utf8)) else { return nil }
    return document.root["id"].map {
      String(decoding: $0.text(in: document.bytes), as: UTF8.self)
    }
  }

  var method: String? { object["method"] as? String }
  var errorCode: Int? { (object["error"] as? [String: Any])?["code"] as? Int }
  var errorMessage: String? { (object["error"] as? [String: Any])?["message"] as? String }
  var result: [String: Any]? { object["result"] as? [String: Any] }
  var isError: Bool? { result?["isError"] as? Bool }
  var meta: [String: Any]? { result?["_meta"] as? [String: Any] }
  /// What the proxy says about a failure of its own.
  var failure: [String: Any]? { meta?["mcp-proxy/error"] as? [String: Any] }
  var reason: String? { failure?["reason"] as? String }
  var params: [String: Any]? { object["params"] as? [String: Any] }

  /// The text of a result's first content.
  var content: String? {
    ((result?["content"] as? [[String: Any]])?.first)?["text"] as? String
  }

  var toolNames: [String] {
    (result?["tools"] as? [[String: Any]])?.compactMap { $0["name"] as? String } ?? []
  }

  subscript(key: String) -> Any? { object[key] }
  func string(_ key: String) -> String? { object[key] as? String }
}
