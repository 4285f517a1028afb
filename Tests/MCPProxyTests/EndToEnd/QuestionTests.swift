import Foundation
import MCPProxy
import Testing

/// What servers ask and tell the client: sampling, elicitation, roots, log messages.
@Suite(.timeLimit(.minutes(10))) struct QuestionTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private let abilities = #"{"roots":{"listChanged":true},"sampling":{},"elicitation":{}}"#

  /// A proxy whose client has these capabilities.
  private func proxy(
    capabilities: String,
    _ members: String = "",
    options: String = ""
  ) throws -> ProcessHarness {
    let proxy = try ProcessHarness.proxy(
      servers: [("a", options, #""prefix":"""# + (members.isEmpty ? "" : "," + members))],
      home: home
    )
    open(proxy, capabilities)
    return proxy
  }

  private func initialize(_ capabilities: String) -> String {
    #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
      + #""capabilities":\#(capabilities),"clientInfo":{"name":"tests","version":"1"}}}"#
  }

  /// Does the handshake for a client with these capabilities, or all, and has the tools listed.
  private func open(_ proxy: ProcessHarness, _ capabilities: String? = nil) {
    proxy.send(initialize(capabilities ?? abilities))
    _ = proxy.nextLine()
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    _ = proxy.listTools()
  }

  /// The id of the request that comes next.
  private func questionID(_ proxy: ProcessHarness) throws -> String {
    let line = try #require(proxy.nextLine())
    return try #require(JSONText(line).id)
  }

  @Test(arguments: [
    ("roots", "roots/list"), ("sampling", "sampling/createMessage"),
    ("elicitation", "elicitation/create"),
  ])
  func `a question reaches the client under an id of ours and its answer the server`(
    kind: String,
    method: String
  ) throws {
    let proxy = try proxy(capabilities: abilities)
    var ids: Set<String> = []
    for number in 1...2 {
      proxy.call("\(number)", "ask", #"{"kind":"\#(kind)"}"#)
      let question = JSONText(try #require(proxy.nextLine()))
      #expect(question.method == method)
      let id = try #require(question.id)
      ids.insert(id)
      if kind == "elicitation" {
        #expect(question.params?["message"] as? String == "[a] What is your name?")
      }
      proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"x":[1.0,9007199254740993123]}}"#)
      let answer = JSONText(try #require(proxy.answer("\(number)")))
      #expect(answer.content == #"{"x":[1.0,9007199254740993123]}"#)
    }
    #expect(ids.count == 2)
  }

  @Test func `an error of the client reaches the server`() throws {
    let proxy = try proxy(capabilities: abilities)
    proxy.call("1", "ask", #"{"kind":"sampling"}"#)
    let id = try questionID(proxy)
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"error":{"code":-1,"message":"User rejected"}}"#)
    let answer = JSONText(try #require(proxy.answer("1")))
    #expect(answer.content == #"{"code":-1,"message":"User rejected"}"#)
  }

  @Test func `answers in another order go to their own questions`() throws {
    let proxy = try proxy(capabilities: abilities)
    proxy.call("1", "ask", #"{"kind":"roots"}"#)
    proxy.call("2", "ask", #"{"kind":"sampling"}"#)
    let questions = (0..<2).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    for question in questions.reversed() {
      proxy.send(
        #"{"jsonrpc":"2.0","id":\#(question.id ?? ""),"#
          + #""result":{"for":"\#(question.method ?? "")"}}"#
      )
    }
    let answers = (0..<2).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    #expect(answers.first { $0.id == "1" }?.content == #"{"for":"roots/list"}"#)
    #expect(answers.first { $0.id == "2" }?.content == #"{"for":"sampling/createMessage"}"#)
  }

  @Test(arguments: [("roots", -32601), ("sampling", -32601), ("elicitation", -32602)])
  func `what the client cannot do is refused for it`(kind: String, code: Int) throws {
    let proxy = try proxy(capabilities: "{}")
    let answer = JSONText(try #require(proxy.callAndWait("1", "ask", #"{"kind":"\#(kind)"}"#)))
    #expect(answer.isError == true)
    #expect(answer.content?.contains("\"code\":\(code)") == true)
  }

  @Test func `time with the human is nobody's`() throws {
    let proxy = try proxy(capabilities: abilities, #""timeout":"300ms""#)
    proxy.call("1", "ask", #"{"kind":"elicitation"}"#)
    let id = try questionID(proxy)
    // Longer than the call's time; the clock that counts is the proxy's.
    proxy.call("2", "slow", #"{"ms":0}"#)
    _ = proxy.answer("2")
    let start = ContinuousClock.now
    #expect(eventually { ContinuousClock.now - start > .milliseconds(600) })
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"action":"decline"}}"#)
    let answer = JSONText(try #require(proxy.answer("1")))
    #expect(answer.content == #"{"action":"decline"}"#)
    _ = proxy.finish()
    let usage = home.lines(below: "usage").map { JSONText($0) }
    #expect(usage.compactMap { $0.string("status") } == ["ok", "ok"])
    #expect((usage.last?["overhead_ms"] as? Double ?? 999) < 300)
  }

  @Test func `a question of a server that died is taken back`() throws {
    let proxy = try proxy(capabilities: abilities, options: "--die-on crash")
    proxy.call("1", "ask", #"{"kind":"elicitation"}"#)
    let id = try questionID(proxy)
    proxy.call("2", "crash", "{}")
    let lines = (0..<3).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    let taken = try #require(lines.first { $0.method == "notifications/cancelled" })
    #expect(taken.params?["requestId"] as? Int == Int(id))
    #expect(lines.compactMap(\.id).sorted() == ["1", "2"])
    // An answer that comes all the same concerns nobody.
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"action":"accept"}}"#)
    #expect(JSONText(try #require(proxy.callAndWait("3", "echo", #"{"text":"x"}"#))).content == "x")
  }

  @Test func `a question outlives another server`() throws {
    let proxy = try ProcessHarness.proxy(
      servers: [("a", "--die-on crash", ""), ("b", "", "")],
      home: home
    )
    open(proxy)
    proxy.call("1", "b__ask", #"{"kind":"roots"}"#)
    let id = try questionID(proxy)
    #expect(JSONText(try #require(proxy.callAndWait("2", "a__crash", "{}"))).isError == true)
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"roots":[]}}"#)
    #expect(JSONText(try #require(proxy.nextLine())).content == #"{"roots":[]}"#)
  }

  // MARK: A server of a few lines

  /// Asks at its first call, or with its list, and writes down what it is told of its question.
  private static let askingServer = """
    say() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
    ask() {
      printf '{"jsonrpc":"2.0","id":"q","method":"roots/list",\
    "params":{"_meta":{"progressToken":"p"}}}\\n'
    }
    log() {
      printf '{"jsonrpc":"2.0","method":"notifications/message",\
    "params":{"level":"%s","data":1}}\\n' "$1"
    }
    while IFS= read -r line; do
      id=${line#*'"id":'}; id=${id%%[,\\}]*}
      case $line in
      *'"initialize"'*)
        say '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
    "serverInfo":{"name":"t","version":"1"}}' ;;
      *'"tools/list"'*)
        [ "$2" = early ] && ask
        say '{"tools":[{"name":"t","inputSchema":{"type":"object"}}]}' ;;
      *'"tools/call"'*)
        [ "$2" = logs ] && { log debug; log info; log error; }
        ask ;;
      *'"id":"q"'*|*'"progressToken":"p"'*) echo "$line" >> "$1" ;;
      esac
    done
    """

  private func askingProxy(_ mode: String, _ members: String = "") throws -> ProcessHarness {
    let script = try home.write(Self.askingServer, to: "asking.sh")
    let answers = home.file("answers")
    return try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"command":"/bin/sh","args":["\#(script)","\#(answers)","\#(mode)"],"#
        + #""prefix":""\#(members)}}}"#,
      home: home
    )
  }

  /// What the server was told.
  private var told: [JSONText] {
    home.text("answers").split(separator: "\n").map { JSONText(String($0)) }
  }

  @Test func `what a server is told of its question bears its own id and token`() throws {
    let proxy = try askingProxy("")
    open(proxy)
    proxy.call("1", "t", "{}")
    let question = JSONText(try #require(proxy.nextLine()))
    let id = try #require(question.id)
    #expect((question.params?["_meta"] as? [String: Any])?["progressToken"] as? Int == Int(id))
    proxy.send(
      #"{"jsonrpc":"2.0","method":"notifications/progress","params":"#
        + #"{"progressToken":\#(id),"progress":1}}"#
    )
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"roots":[]}}"#)
    #expect(eventually { told.count == 2 })
    #expect(told.map { $0.params?["progressToken"] as? String } == ["p", nil])
    #expect(told.map(\.id) == [nil, #""q""#])
  }

  @Test func `a question that comes too early waits until the client is ready`() throws {
    let proxy = try askingProxy("early")
    proxy.send(initialize(abilities))
    _ = proxy.nextLine()
    // The server asks before it lists.
    _ = proxy.listTools()
    proxy.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    #expect(JSONText(try #require(proxy.nextLine())).id == "2")
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    let id = try questionID(proxy)
    proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"roots":[]}}"#)
    #expect(eventually { told.map(\.id) == [#""q""#] })
  }

  // MARK: Log messages

  @Test(arguments: [(nil, ["info", "error"]), ("error", ["error"])] as [(String?, [String])])
  func `a server deaf to the level is kept to it`(level: String?, heard: [String]) throws {
    let proxy = try askingProxy("logs")
    open(proxy)
    if let level {
      proxy.send(
        #"{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"\#(level)"}}"#
      )
      _ = proxy.nextLine()
    }
    proxy.call("1", "t", "{}")
    let lines = heard.compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    #expect(lines.map { $0.params?["level"] as? String } == heard)
    // The question came last.
    _ = try questionID(proxy)
  }

  @Test func `log messages carry the server's name and obey the level`() throws {
    let proxy = try proxy(capabilities: "{}", options: "--name inner")
    proxy.call("1", "log", #"{"level":"debug","message":"too low"}"#)
    _ = proxy.answer("1")
    proxy.call("2", "log", #"{"level":"warning","message":"seen"}"#)
    let message = JSONText(try #require(proxy.nextLine()))
    #expect(message.method == "notifications/message")
    #expect(message.params?["logger"] as? String == "a/inner")
    #expect(message.params?["level"] as? String == "warning")
    #expect(message.params?["data"] as? String == "seen")
    _ = proxy.answer("2")
    proxy.send(#"{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":{"level":"error"}}"#)
    #expect(proxy.nextLine() == #"{"jsonrpc":"2.0","id":3,"result":{}}"#)
    proxy.call("4", "log", #"{"level":"warning","message":"no longer"}"#)
    #expect(JSONText(try #require(proxy.nextLine())).id == "4")
    proxy.send(#"{"jsonrpc":"2.0","id":5,"method":"logging/setLevel","params":{"level":"debug"}}"#)
    _ = proxy.nextLine()
    proxy.call("6", "log", #"{"level":"debug","message":"now"}"#)
    #expect(JSONText(try #require(proxy.nextLine())).params?["data"] as? String == "now")
  }

  @Test(arguments: [#"{"level":"loud"}"#, #"{"level":5}"#, "{}", #"{"level":null}"#])
  func `a level that is none is refused`(params: String) throws {
    let proxy = try proxy(capabilities: "{}")
    proxy.send(#"{"jsonrpc":"2.0","id":3,"method":"logging/setLevel","params":\#(params)}"#)
    #expect(JSONText(try #require(proxy.answer("3"))).errorCode == -32602)
  }
}
