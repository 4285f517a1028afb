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
    proxy.send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
        + #""capabilities":\#(capabilities),"clientInfo":{"name":"tests","version":"1"}}}"#
    )
    _ = proxy.nextLine()
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    _ = proxy.listTools()
    return proxy
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

  // MARK: Log messages

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
