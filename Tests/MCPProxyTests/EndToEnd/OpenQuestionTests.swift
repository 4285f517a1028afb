import Foundation
import MCPProxy
import Testing

/// Questions that nobody answers, that are asked too early, too often or under one id.
@Suite(.timeLimit(.minutes(10))) struct OpenQuestionTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  /// Writes these lines at each call, and every answer it gets into the file "answers".
  private func asking(
    _ lines: [String],
    _ members: String = "",
    isReady: Bool = true
  ) throws -> ProcessHarness {
    _ = try home.write(lines.map { $0 + "\n" }.joined(), to: "lines")
    let script = """
      say() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
      while IFS= read -r line; do
        id=${line#*'"id":'}; id=${id%%[,\\}]*}
        case $line in
        *'"initialize"'*)
          say '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
      "serverInfo":{"name":"t","version":"1"}}' ;;
        *'"tools/list"'*) say '{"tools":[{"name":"t","inputSchema":{"type":"object"}}]}' ;;
        *'"tools/call"'*) call=$id; cat "$1/lines" ;;
        *'"id":"q'*) echo "$line" >> "$1/answers"; id=$call; say '{"content":[]}' ;;
        esac
      done
      """
    let proxy = try ProcessHarness.proxyFile(
      #"{"mcpServers":{"a":{"command":"/bin/sh","args":["\#(try home.write(script, to: "a.sh"))","#
        + #""\#(home.path)"],"prefix":""\#(members)}},"proxy":{"log":{"level":"debug"}}}"#,
      home: home
    )
    proxy.send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
        + #""capabilities":{"roots":{}},"clientInfo":{"name":"tests","version":"1"}}}"#
    )
    _ = proxy.nextLine()
    if isReady { proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) }
    _ = proxy.listTools()
    return proxy
  }

  private func question(_ id: String) -> String {
    #"{"jsonrpc":"2.0","id":"\#(id)","method":"roots/list"}"#
  }

  /// The ids of the questions that come next.
  private func ids(_ proxy: ProcessHarness, _ count: Int) -> [String] {
    (0..<count).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
      .filter { $0.method == "roots/list" }.compactMap(\.id)
  }

  private func answers() -> [JSONText] {
    home.text("answers").split(separator: "\n").map { JSONText(String($0)) }
  }

  @Test func `two questions under one id are both answered, each once`() throws {
    let proxy = try asking([question("q"), question("q")])
    proxy.call("1", "t", "{}")
    let ids = ids(proxy, 2)
    #expect(Set(ids).count == 2)
    for id in ids + ids { proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{"to":\#(id)}}"#) }
    #expect(eventually { answers().count == 2 })
    // What is written before the end of the input is read before it.
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(answers().map(\.id) == [#""q""#, #""q""#])
    #expect(answers().compactMap { $0.result?["to"] as? Int } == ids.compactMap { Int($0) })
  }

  @Test func `of two questions under one id the later is taken back`() throws {
    let proxy = try asking([
      question("q"), question("q"),
      #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"q"}}"#,
    ])
    proxy.call("1", "t", "{}")
    let ids = ids(proxy, 2)
    let taken = JSONText(try #require(proxy.nextLine()))
    #expect(taken.method == "notifications/cancelled")
    #expect((taken.params?["requestId"] as? Int).map(String.init) == ids.last)
    for id in ids.reversed() { proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#) }
    #expect(proxy.answer("1") != nil)
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(answers().map(\.id) == [#""q""#])
  }

  @Test(arguments: [false, true])
  func `a question that ran out of time is taken back, and a late answer dropped`(
    isAnswered: Bool
  ) throws {
    let proxy = try asking([question("q")], #","timeout":{"call":"300ms","max":"300ms"}"#)
    proxy.call("1", "t", "{}")
    let id = try #require(ids(proxy, 1).first)
    let lines = (0..<2).compactMap { _ in proxy.nextLine() }.map { JSONText($0) }
    let taken = try #require(lines.first { $0.method == "notifications/cancelled" })
    #expect((taken.params?["requestId"] as? Int).map(String.init) == id)
    #expect(lines.contains { $0.id == "1" })
    if isAnswered { proxy.send(#"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#) }
    proxy.closeInput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(answers().map(\.errorCode) == [-32603])
    let count = home.text("logs/mcp-proxy.log").contains("answered what is not open (1 such")
    #expect(count == isAnswered)
  }

  @Test func `a server cannot flood the human with questions`() throws {
    let proxy = try asking((0..<70).map { question("q\($0)") })
    proxy.call("1", "t", "{}")
    #expect(eventually { answers().count == 6 })
    #expect(answers().map(\.errorCode) == Array(repeating: -32603, count: 6))
    #expect(answers().allSatisfy { $0.errorMessage == "Too many questions are open" })
    // With one answered there is room for another.
    let ids = ids(proxy, 65)
    #expect(ids.count == 64)
    proxy.send(#"{"jsonrpc":"2.0","id":\#(ids[0]),"result":{}}"#)
    #expect(eventually { answers().count == 7 })
    _ = try home.write(question("q70") + "\n", to: "lines")
    proxy.call("2", "t", "{}")
    let last = proxy.collect { JSONText($0).method == "roots/list" }.last
    #expect(last.map { JSONText($0).method } == "roots/list")
  }

  @Test func `a question too early is refused when the client closes its side`() throws {
    let proxy = try asking([question("q")], isReady: false)
    proxy.call("1", "t", "{}")
    proxy.closeInput()
    #expect(proxy.answer("1") != nil)
    #expect(proxy.waitForExit() == .code(0))
    #expect(answers().map(\.errorMessage) == ["The client has closed its side"])
  }
}
