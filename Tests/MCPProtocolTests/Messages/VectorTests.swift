import Foundation
import MCPProtocol
import Testing

/// Every vector, as it is and rewritten, against what Foundation reads in the same line.
@Suite struct VectorTests {
  private typealias Object = [String: Any]

  private static func foundation(_ bytes: some Sequence<UInt8>) -> NSObject? {
    let data = Data(bytes)
    return try? JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed]) as? NSObject
  }

  private static func kind(_ message: Object) -> Envelope.Kind {
    if message["method"] != nil { return message["id"] == nil ? .notification : .request }
    return message["error"] == nil ? .result : .error
  }

  /// Compares each range of the envelope with the member that it claims to be.
  private static func check(_ line: [UInt8], _ comment: Comment) throws {
    let envelope = try EnvelopeParser.parse(line.span)
    let message = try #require(Self.foundation(line) as? Object, comment)
    #expect(envelope.kind == Self.kind(message), comment)
    func expect(_ slice: Range<Int>, _ value: Any?, _ member: String) {
      guard let value else {
        #expect(slice.isEmpty, "\(member) of \(comment)")
        return
      }
      let read = Self.foundation(line[slice])
      #expect(read == value as? NSObject, "\(member) of \(comment)")
    }
    expect(envelope.id, message["id"], "id")
    let params = message["params"] as? Object
    let meta = params?["_meta"] as? Object
    let result = message["result"] as? Object
    let error = message["error"] as? Object
    expect(envelope.body, message["params"] ?? message["result"] ?? message["error"], "body")
    expect(envelope.name, params?["name"], "name")
    expect(envelope.arguments, params?["arguments"], "arguments")
    expect(envelope.meta, params?["_meta"] ?? result?["_meta"], "_meta")
    expect(envelope.requestID, params?["requestId"], "requestId")
    expect(envelope.level, params?["level"], "level")
    expect(envelope.logger, params?["logger"], "logger")
    expect(envelope.message, params?["message"], "message")
    expect(envelope.progress, params?["progress"], "progress")
    let token = params?["progressToken"] ?? meta?["progressToken"]
    expect(envelope.progressToken, token, "progressToken")
    let namesVersion = meta?["io.modelcontextprotocol/protocolVersion"] != nil
    #expect(envelope.namesVersion == namesVersion, comment)
    #expect(envelope.era == (namesVersion ? .stateless : .handshake), comment)
    #expect(envelope.isError == (result?["isError"] as? Bool ?? false), comment)
    #expect(envelope.hasContent == (result?["content"] != nil), comment)
    #expect(envelope.errorCode == error?["code"] as? Int, comment)
    let method = message["method"] as? String
    if let method {
      let token = envelope.methodName.lowerBound - 1..<envelope.methodName.upperBound + 1
      expect(token, method, "method")
    } else {
      #expect(envelope.methodName.isEmpty, comment)
    }
    let known = envelope.method.name.map { unsafe String(cString: $0.utf8Start) }
    #expect(known == (MethodTests.names.contains(method ?? "") ? method : nil), comment)
  }

  @Test func `the vectors are complete`() {
    #expect(Vector.all.count == 128)
    #expect(Vector.all.count - Vector.messages.count == 2)
  }

  @Test(arguments: Vector.messages)
  func `a vector reads as Foundation reads it`(vector: Vector) throws {
    try Self.check(vector.line, "\(vector)")
  }

  @Test(arguments: Vector.messages)
  func `a vector reads the same with its members in any order`(vector: Vector) throws {
    for rotation in 1..<8 {
      try Self.check(Rewriter(rotation: rotation).rewrite(vector.line), "\(vector) by \(rotation)")
    }
  }

  @Test(arguments: Vector.messages, [" ", "\t\n\r  "])
  func `a vector reads the same with blanks everywhere`(vector: Vector, blank: String) throws {
    try Self.check(Rewriter(rotation: 1, blank: blank).rewrite(vector.line), "\(vector)")
  }

  @Test(arguments: Vector.messages)
  func `a vector reads the same with its strings escaped`(vector: Vector) throws {
    try Self.check(Rewriter(escapes: true).rewrite(vector.line), "\(vector)")
  }

  @Test(arguments: Vector.all.filter { $0.line.first == UInt8(ascii: "[") })
  func `an array of messages is a batch`(vector: Vector) throws {
    for blank in ["", " "] {
      let line = try Rewriter(blank: blank).rewrite(vector.line)
      let envelope = try EnvelopeParser.parse(line.span)
      #expect(envelope.kind == .batch)
    }
  }

  @Test(arguments: ["[]", " [ ] ", "[1]", "[null,{}]", "[[]]"])
  func `any array is a batch and what it holds is for its reader to judge`(line: String) throws {
    let envelope = try EnvelopeParser.parse(line.bytes.span)
    #expect(envelope.kind == .batch)
    #expect(envelope.id.isEmpty && envelope.body.isEmpty && envelope.methodName.isEmpty)
  }

  @Test(arguments: Vector.all)
  func `a vector cut at any byte is a syntax error`(vector: Vector) {
    for length in 0..<vector.line.count {
      let cut = Array(vector.line.prefix(length))
      let thrown = #expect(throws: EnvelopeError.self) { try EnvelopeParser.parse(cut.span) }
      guard case .syntax(let error) = thrown else {
        Issue.record("\(vector) cut at \(length): \(String(describing: thrown))")
        continue
      }
      #expect(error == treeError(cut), "\(vector) cut at \(length)")
    }
  }

  @Test(arguments: Vector.all)
  func `a changed byte leads to JSON or to the error of the tree parser`(vector: Vector) {
    var random = SeededRandom(seed: UInt64(vector.line.count))
    for _ in 0..<150 {
      var line = vector.line
      let place = random.below(line.count)
      switch random.below(3) {
      case 0: line[place] = UInt8(random.below(256))
      case 1: line.remove(at: place)
      default: line.insert("{}[],:\"\\0-e.tn \u{1}".bytes[random.below(16)], at: place)
      }
      let error = treeError(line)
      do throws(EnvelopeError) {
        _ = try EnvelopeParser.parse(line.span)
        #expect(error == nil, "\(line.text)")
      } catch {
        if case .syntax(let fault) = error {
          #expect(fault == treeError(line), "\(line.text)")
        } else {
          #expect(treeError(line) == nil, "\(line.text)")
        }
      }
    }
  }
}
