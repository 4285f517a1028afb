import Foundation
import MCPProxy
import Testing

/// Lines no client should send: each gets the error it deserves, and the connection lives.
@Suite(.timeLimit(.minutes(10))) struct HostileClientTests {
  struct Line: CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let code: Int
    var id: String?
    var testDescription: String { name }

    init(_ name: String, _ text: String, _ code: Int, id: String? = nil) {
      self.init(name, Array(text.utf8), code, id: id)
    }

    init(_ name: String, _ bytes: [UInt8], _ code: Int, id: String? = nil) {
      (self.name, self.bytes, self.code, self.id) = (name, bytes, code, id)
    }
  }

  private static let lines = [
    Line("garbage", "garbage", -32700),
    Line("half an object", #"{"jsonrpc":"2.0","id":1"#, -32700),
    Line("two objects", #"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, -32700),
    Line("trailing comma", #"{"jsonrpc":"2.0","id":1,"method":"ping",}"#, -32700),
    Line("single quotes", "{'jsonrpc':'2.0'}", -32700),
    Line("NaN", #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}"#, -32700),
    Line("a number", "17", -32600),
    Line("a string", #""ping""#, -32600),
    Line("null", "null", -32600),
    Line("an empty object", "{}", -32600),
    Line("no version", #"{"id":1,"method":"ping"}"#, -32600, id: "1"),
    Line("another version", #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, id: "1"),
    Line("no method", #"{"jsonrpc":"2.0","id":1}"#, -32600, id: "1"),
    Line("a method that is a number", #"{"jsonrpc":"2.0","id":1,"method":5}"#, -32600, id: "1"),
    Line("id null", #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
    Line("id float", #"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
    Line("id with exponent", #"{"jsonrpc":"2.0","id":1e3,"method":"ping"}"#, -32600),
    Line("id true", #"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, -32600),
    Line("id array", #"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, -32600),
    Line("id object", #"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600),
    Line("twice the id", #"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, -32600, id: "2"),
    Line(
      "twice the method",
      #"{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}"#,
      -32600,
      id: "1"
    ),
    Line("an escaped name", #"{"jsonrpc":"2.0","id":1,"m\u0065thod":"ping"}"#, -32600, id: "1"),
    Line(
      "request and answer",
      #"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#,
      -32600,
      id: "1"
    ),
    Line("an array", #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
    Line("NUL", [0x00] + Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8), -32700),
    Line(
      "NUL inside",
      Array(#"{"jsonrpc":"2.0","id":1,"method":"pi"#.utf8) + [0] + Array(#"ng"}"#.utf8),
      -32700
    ),
    Line(
      "invalid UTF-8",
      Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8),
      -32700
    ),
    Line(
      "overlong UTF-8",
      Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8),
      -32700
    ),
    Line(
      "a surrogate in UTF-8",
      Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8),
      -32700
    ),
    Line(
      "UTF-16",
      Array("{\"jsonrpc\":\"2.0\"}".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
      -32700
    ),
    Line("a depth bomb", String(repeating: "[", count: 100_000), -32700),
    Line(
      "a closed depth bomb",
      #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"#
        + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}}",
      -32700
    ),
  ]

  @Test(arguments: lines)
  func `a hostile line is answered with an error and the connection lives`(line: Line) throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.send(bytes: line.bytes + [0x0A])
    let answer = JSONText(try #require(proxy.nextLine()))
    #expect(answer.errorCode == line.code)
    #expect(answer.id == line.id)
    #expect(answer.string("jsonrpc") == "2.0")
    let next = JSONText(try #require(proxy.callAndWait("7", "echo", #"{"text":"alive"}"#)))
    #expect(next.content == "alive")
    #expect(proxy.finish() == [])
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
  }

  @Test(arguments: [
    "", "   ", "\r", #"{"jsonrpc":"2.0","method":"no/such"}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":999}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}}"#,
    #"{"jsonrpc":"2.0","method":"notifications/progress","#
      + #""params":{"progressToken":1,"progress":1}}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","id":"x","result":{}}"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}"#,
    #"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"no"}}"#,
  ])
  func `lines that want no answer get none`(line: String) throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.openProxy(home: home)
    proxy.send(line)
    proxy.send(#"{"jsonrpc":"2.0","id":8,"method":"ping"}"#)
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":8,"result":{}}"#)
  }

  @Test func `a line of 17 MB is refused by its id and the next one is served`() throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.openProxy(home: home)
    let text = String(repeating: "x", count: 17 << 20)
    proxy.call("55", "echo", #"{"text":"\#(text)"}"#)
    let answer = JSONText(try #require(proxy.nextLine()))
    #expect(answer.errorCode == -32600)
    #expect(answer.id == "55")
    #expect(answer.errorMessage == "Message exceeds 16777216 bytes")
    #expect(
      JSONText(try #require(proxy.callAndWait("56", "echo", #"{"text":"x"}"#))).content == "x"
    )
  }

  @Test func `line ends of other systems and a byte order mark are accepted`() throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.send(bytes: [0xEF, 0xBB, 0xBF] + Array(initializeLine().utf8) + [0x0D, 0x0A])
    #expect(JSONText(try #require(proxy.nextLine())).result != nil)
    proxy.send("{ \"jsonrpc\" : \"2.0\" ,\t\"id\" : 4 , \"method\" : \"ping\" }\r")
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":4,"result":{}}"#)
  }

  @Test func `bytes may come one at a time`() throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.openProxy(home: home)
    let line =
      #"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"echo","#
      + #""arguments":{"text":"été 😀"}}}"#
    for byte in Array(line.utf8) + [0x0A] { proxy.send(bytes: [byte]) }
    #expect(JSONText(try #require(proxy.answer("6"))).content == "été 😀")
  }

  // MARK: Arrays

  private func batchProxy(_ home: TemporaryFolder) throws -> ProcessHarness {
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.initialize("2025-03-26")
    _ = proxy.listTools()
    return proxy
  }

  /// What an array must be answered with: the ids and codes of its answers, in any order.
  private static let batches: [(String, [String])] = [
    (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, ["1 -"]),
    (
      #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},"#
        + #"{"jsonrpc":"2.0","id":"b","method":"no/such"}]"#, [#""b" -32601"#, "1 -"]
    ),
    (
      #"[{"jsonrpc":"2.0","id":1,"method":"tools/call","#
        + #""params":{"name":"slow","arguments":{"ms":20}}},"#
        + #"{"jsonrpc":"2.0","id":2,"method":"ping"},5]"#, ["- -32600", "1 -", "2 -"]
    ),
    // What is wrong with an element must not close the array before the others have answered.
    (
      #"[{"jsonrpc":"2.0","method":"x","method":"y"},"#
        + #"{"jsonrpc":"2.0","id":2,"method":"tools/call","#
        + #""params":{"name":"slow","arguments":{"ms":20}}}]"#,
      ["- -32600", "2 -"]
    ),
    (
      #"[{"jsonrpc":"2.0","result":{}},"#
        + #"{"jsonrpc":"2.0","id":2,"method":"tools/call","#
        + #""params":{"name":"slow","arguments":{"ms":20}}}]"#,
      ["- -32600", "2 -"]
    ),
    (#"[[],{"jsonrpc":"2.0","id":2,"method":"ping"}]"#, ["- -32600", "2 -"]),
    (
      #"[{"jsonrpc":"2.0","id":1,"method":"initialize","#
        + #""params":{"protocolVersion":"2025-03-26"}}]"#,
      ["1 -32600"]
    ),
  ]

  @Test(arguments: batches)
  func `an array is answered with one array`(line: String, expected: [String]) throws {
    let home = try TemporaryFolder()
    let proxy = try batchProxy(home)
    proxy.send(line)
    let answer = try #require(proxy.nextLine())
    let parsed = try JSONSerialization.jsonObject(with: Data(answer.utf8))
    let answers = (parsed as? [[String: Any]] ?? []).map { answer in
      let id = answer["id"].map { $0 is String ? "\"\($0)\"" : "\($0)" } ?? "-"
      let code = (answer["error"] as? [String: Any])?["code"] as? Int
      return "\(id) \(code.map(String.init) ?? "-")"
    }
    #expect(answers.sorted() == expected)
    #expect(proxy.finish() == [])
  }

  @Test func `an array of notifications is not answered, an empty one is refused`() throws {
    let home = try TemporaryFolder()
    let proxy = try batchProxy(home)
    proxy.send(#"[{"jsonrpc":"2.0","method":"notifications/x"}]"#)
    proxy.send("[]")
    let answer = JSONText(try #require(proxy.nextLine()))
    #expect(answer.errorCode == -32600)
    #expect(answer.id == nil)
    #expect(proxy.finish() == [])
  }

  @Test(arguments: ["2024-11-05", "2025-06-18", "2025-11-25"])
  func `other versions know no arrays`(version: String) throws {
    let home = try TemporaryFolder()
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.initialize(version)
    proxy.send(#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#)
    let answer = JSONText(try #require(proxy.nextLine()))
    #expect(answer.errorCode == -32600)
    #expect(answer.id == nil)
    #expect(answer.errorMessage?.contains(version) == true)
  }
}
