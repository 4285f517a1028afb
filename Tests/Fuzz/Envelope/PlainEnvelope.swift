/// What a line is as a message of JSON-RPC, read from its tree, rule by rule.
enum PlainEnvelope {
  enum Kind { case request, notification, result, error, batch }

  struct Message {
    var kind: Kind
    var id: PlainJSON?
    var method: String?
    var body: PlainJSON?
    /// Members of `params` or `result` by the name that is written there.
    var members: [String: PlainJSON] = [:]
    /// `params._meta.progressToken` or `params.progressToken`.
    var progressToken: PlainJSON?
  }

  enum Reading {
    case noJSON
    case refused(id: PlainJSON?)
    case message(Message)
  }

  private static let top = ["jsonrpc", "id", "method", "params", "result", "error"]
  private static let params = [
    "name", "arguments", "_meta", "requestId", "level", "logger", "message", "progress",
    "progressToken",
  ]
  private static let result = ["isError", "content", "_meta"]
  private static let names = Set(top + params + result + ["code"])

  static func read(_ line: [UInt8]) -> Reading {
    guard let root = PlainJSON.read(line) else { return .noJSON }
    if case .array = root.kind { return .message(Message(kind: .batch)) }
    guard root.members != nil else { return .refused(id: nil) }
    let id = root.values(of: "id").last
    let usable = id.flatMap { isID($0) ? $0 : nil }
    guard let kind = kind(root), membersAreClear(root), bodiesAreSound(root) else {
      return .refused(id: usable)
    }
    var message = Message(kind: kind)
    message.id = id
    message.method = root.values(of: "method").first?.string
    message.body = ["params", "result", "error"].compactMap { root.values(of: $0).first }.first
    // Of requests: null is absent there.
    if message.method != nil { message.body = message.body.flatMap(present) }
    if kind != .error {
      for name in params + result {
        if let value = message.body?.values(of: name).first { message.members[name] = value }
      }
    }
    if kind == .request || kind == .notification {
      message.members["_meta"] = message.members["_meta"].flatMap(present)
      let meta = message.members["_meta"]
      let token = meta?.values(of: "progressToken").first ?? message.members["progressToken"]
      message.progressToken = token.flatMap(present)
    }
    return .message(message)
  }

  /// The value, unless it is null.
  private static func present(_ value: PlainJSON) -> PlainJSON? {
    value.text.elementsEqual("null".utf8) ? nil : value
  }

  /// A string or an integer.
  private static func isID(_ value: PlainJSON) -> Bool {
    if value.text.count > 65_536 { return false }
    if value.string != nil { return true }
    guard case .number = value.kind else { return false }
    return value.text.allSatisfy { !".eE".utf8.contains($0) }
  }

  /// Which kind the members at the top make it; `nil` if none.
  private static func kind(_ root: PlainJSON) -> Kind? {
    func has(_ name: String) -> Bool { !root.values(of: name).isEmpty }
    guard root.values(of: "jsonrpc").map({ Array($0.text) }) == [Array("\"2.0\"".utf8)] else {
      return nil
    }
    if let id = root.values(of: "id").first, !isID(id) {
      guard has("error"), id.text.elementsEqual("null".utf8) else { return nil }
    }
    if has("method") {
      guard !has("result"), !has("error"), root.values(of: "method").first?.string != nil else {
        return nil
      }
      return has("id") ? .request : .notification
    }
    guard has("result") != has("error"), !has("params") else { return nil }
    if has("error") { return .error }
    return has("id") ? .result : nil
  }

  /// No member that counts stands twice, and none is written with escapes.
  private static func membersAreClear(_ root: PlainJSON) -> Bool {
    let body = { (name: String) in root.values(of: name).last }
    let metas = body("params")?.values(of: "_meta") ?? []
    let counted =
      [(root, top), (body("params"), params), (body("result"), result), (body("error"), ["code"])]
      as [(PlainJSON?, [String])]
    let isTwice = counted.contains { object, names in
      names.contains { object?.values(of: $0).count ?? 0 > 1 }
    }
    guard !isTwice else { return false }
    let tokens =
      metas.flatMap { $0.values(of: "progressToken") }
      + (body("params")?.values(of: "progressToken") ?? [])
    guard tokens.count <= 1 else { return false }
    let objects = [root] + [body("params"), body("result"), body("error")].compactMap(\.self)
    return (objects + metas).flatMap { $0.members ?? [] }.allSatisfy { member in
      !member.rawName.contains(UInt8(ascii: "\\")) || !names.contains(member.name)
    }
  }

  /// `params`, `result` and `error` are what the protocol wants them to be.
  private static func bodiesAreSound(_ root: PlainJSON) -> Bool {
    for name in ["params", "result", "error"] {
      guard let body = root.values(of: name).first else { continue }
      if body.members == nil, name != "params" || present(body) != nil { return false }
    }
    let params = root.values(of: "params").first
    let tokens = (params?.values(of: "progressToken") ?? []).compactMap(present)
    guard tokens.allSatisfy({ $0.text.count <= 65_536 }) else { return false }
    if let meta = params?.values(of: "_meta").first.flatMap(present) {
      let tokens = meta.values(of: "progressToken").compactMap(present)
      guard meta.members != nil, tokens.allSatisfy(isID) else { return false }
    }
    guard let error = root.values(of: "error").first else { return true }
    // The product reads 18 digits, and no zero with a sign.
    guard let code = error.values(of: "code").first, case .number = code.kind, isID(code) else {
      return false
    }
    let text = String(decoding: code.text, as: UTF8.self)
    return text != "-0" && text.filter(\.isNumber).count <= 18
  }
}
