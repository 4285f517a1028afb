import MCPProxy
import Testing

/// Everything that depends on time, at instants of the test's choice.
@Suite struct ExampleSessionTests {
  @Test func `several slow calls run at once and end in the order of their times`() throws {
    var client = try ScriptedSession()
    client.call(1, "slow", #"{"ms":30}"#)
    client.call(2, "slow", #"{"ms":10}"#)
    client.call(3, "echo", #"{"text":"now"}"#)
    #expect(client.answeredIDs() == [3])
    #expect(client.answeredIDs(at: 9) == [])
    #expect(client.answeredIDs(at: 10) == [2])
    #expect(client.answeredIDs(at: 29) == [])
    #expect(client.answeredIDs(at: 30) == [1])
  }

  @Test func `a slow call reports progress in tenths, if asked to`() throws {
    var client = try ScriptedSession()
    client.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","#
        + #""arguments":{"ms":100},"_meta":{"progressToken":"p"}}}"#
    )
    client.call(2, "slow", #"{"ms":100}"#)
    #expect(
      client.lines(at: 20)
        == (1...2).map {
          #"{"jsonrpc":"2.0","method":"notifications/progress","params":"#
            + #"{"progressToken":"p","progress":\#($0),"total":10}}"#
        }
    )
    #expect(client.lines(at: 99).count == 7)
    #expect(client.answeredIDs(at: 100) == [1, 2])
  }

  @Test func `a cancelled call is not answered and reports no more`() throws {
    var client = try ScriptedSession()
    client.send(
      #"{"jsonrpc":"2.0","id":"1","method":"tools/call","params":{"name":"slow","#
        + #""arguments":{"ms":100},"_meta":{"progressToken":1}}}"#
    )
    client.call(1, "slow", #"{"ms":100}"#)
    client.send(
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}}"#
    )
    #expect(client.lines(at: 99) == [])
    #expect(client.answeredIDs(at: 100) == [1])
  }

  @Test func `a delay holds back every call`() throws {
    var client = try ScriptedSession("--delay 50")
    client.call(1, "echo", #"{"text":"x"}"#)
    client.call(2, "slow", #"{"ms":10}"#)
    client.send(#"{"jsonrpc":"2.0","id":3,"method":"ping"}"#)
    #expect(client.answeredIDs() == [3])
    #expect(client.answeredIDs(at: 50) == [1])
    #expect(client.answeredIDs(at: 60) == [2])
  }

  @Test func `seeded delays are the same each time and not all alike`() throws {
    func order(_ seed: Int) throws -> [Int] {
      var client = try ScriptedSession("--delay 1000 --seed \(seed)")
      for id in 1...20 { client.call(id, "echo", #"{"text":"x"}"#) }
      return client.answeredIDs(at: 1000)
    }
    let first = try order(1)
    #expect(first.sorted() == Array(1...20))
    #expect(first != Array(1...20))
    #expect(try order(1) == first)
    #expect(try order(2) != first)
  }

  @Test func `at the end of input what is pending is answered at once`() throws {
    var client = try ScriptedSession()
    client.call(1, "slow", #"{"ms":3600000}"#)
    client.call(2, "ask", #"{"kind":"roots"}"#)
    client.call(3, "hang", "{}")
    _ = client.lines()
    client.endInput()
    #expect(client.answeredIDs() == [1, 2])
    #expect(client.exitCode == 0)
  }

  @Test(arguments: [
    ("debug", ["debug", "info", "emergency"]), ("warning", ["emergency"]), ("nonsense", nil),
  ])
  func `log messages below the level are held back`(level: String, heard: [String]?) throws {
    var client = try ScriptedSession()
    client.send(
      #"{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{"level":"\#(level)"}}"#
    )
    guard let heard else {
      #expect(client.lines().first?.contains("-32602") == true)
      return
    }
    #expect(client.answeredIDs() == [1])
    for level in ["debug", "info", "emergency"] {
      client.call(2, "log", #"{"level":"\#(level)","message":"m"}"#)
    }
    #expect(
      client.lines().filter { $0.contains("notifications/message") }
        == heard.map {
          #"{"jsonrpc":"2.0","method":"notifications/message","params":"#
            + #"{"level":"\#($0)","logger":"example-server","data":"m"}}"#
        }
    )
  }

  @Test(arguments: [
    (#"{bad"#, nil, -32700),
    ("[]", nil, -32600),
    (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil, -32600),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil, -32600),
    (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, "1", -32600),
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":[1]}"#, "1", -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":""}}"#, "1", -32602),
    (#"{"jsonrpc":"2.0","id":"a","method":"server/discover"}"#, #""a""#, -32601),
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#, "1", -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"nope"}}"#, "1", -32602),
    (#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"extra"}}"#, "1", -32602),
  ])
  func `a faulty request is answered with an error`(line: String, id: String?, code: Int) throws {
    var client = try ScriptedSession()
    client.send(line)
    let prefix = #"{"jsonrpc":"2.0","# + (id.map { #""id":\#($0),"# } ?? "") + #""error":{"code":"#
    #expect(client.lines().map { $0.hasPrefix("\(prefix)\(code),") } == [true])
  }

  @Test func `requests before initialize are refused, ping is not`() throws {
    var session = ExampleSession(ExampleOptions())
    session.receive(Array(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#.utf8), at: .zero)
    session.receive(Array(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#.utf8), at: .zero)
    let lines = String(decoding: session.takeOutput(), as: UTF8.self).split(separator: "\n")
    #expect(lines.first?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"#) == true)
    #expect(lines.last == #"{"jsonrpc":"2.0","id":2,"result":{}}"#)
  }
}

/// A session behind its handshake, and a clock in milliseconds.
private struct ScriptedSession {
  private var session: ExampleSession
  private var now = Instant.zero

  init(_ options: String = "") throws {
    session = ExampleSession(
      try ExampleOptions(parsing: options.split(separator: " ").map(String.init))
    )
    send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":"#
        + #"{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{}}}"#
    )
    _ = session.takeOutput()
  }

  var exitCode: Int32? { session.exitCode }

  mutating func send(_ line: String) { session.receive(Array(line.utf8), at: now) }

  mutating func call(_ id: Int, _ tool: String, _ arguments: String) {
    send(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":"#
        + #"{"name":"\#(tool)","arguments":\#(arguments)}}"#
    )
  }

  mutating func endInput() { session.endInput() }

  /// What has been written since the last time, up to an instant.
  mutating func lines(at milliseconds: Int64? = nil) -> [String] {
    if let milliseconds { now = .zero + .milliseconds(milliseconds) }
    session.advance(to: now)
    return String(decoding: session.takeOutput(), as: UTF8.self).split(separator: "\n")
      .map(String.init)
  }

  mutating func answeredIDs(at milliseconds: Int64? = nil) -> [Int] {
    lines(at: milliseconds).compactMap { line in
      let start = #"{"jsonrpc":"2.0","id":"#
      guard line.hasPrefix(start), line.contains(#""result":"#) else { return nil }
      return Int(line.dropFirst(start.count).prefix { $0.isNumber })
    }
  }
}
