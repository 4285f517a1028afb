import Foundation
import MCPProxy
import Testing

/// Lines that are longer than clients take: they would end the session of all servers.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LongLineTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  /// So many bytes take a program seconds that was not optimised, and more on a busy machine.
  private let patience = Duration.seconds(180)

  /// A server with the tool "t".
  ///
  /// A call writes $1, TOKEN in it being the call's progress token, nine million "x" and $2. If $3
  /// is "asks", the next line read is the result.
  private static let server = """
    say() { printf '{"jsonrpc":"2.0","id":%s,"result":%s}\\n' "$id" "$1"; }
    while IFS= read -r line; do
      id=${line#*'"id":'}; id=${id%%[,\\}]*}
      case $line in
      *'"initialize"'*)
        say '{"protocolVersion":"2025-11-25","capabilities":{"tools":{},"logging":{}},\
    "serverInfo":{"name":"t","version":"1"}}' ;;
      *'"tools/list"'*) say '{"tools":[{"name":"t","inputSchema":{"type":"object"}}]}' ;;
      *'"tools/call"'*)
        token=${line#*'"progressToken":'}; token=${token%%[,\\}]*}
        printf %s "${1%TOKEN*}"
        [ "$1" = "${1%TOKEN*}" ] || printf %s "$token${1#*TOKEN}"
        head -c 9000000 /dev/zero | tr '\\0' x
        printf '%s\\n' "$2"
        reply={}
        [ "$3" != asks ] || IFS= read -r reply
        say "{\\"content\\":[],\\"structuredContent\\":$reply}" ;;
      esac
    done
    """

  private func proxy(_ start: String, _ end: String, asks: Bool = false) throws -> ProcessHarness {
    let path = try home.write(Self.server, to: "server.sh")
    let proxy = try ProcessHarness.proxy(
      command: ["/bin/sh", path, start, end, asks ? "asks" : ""],
      home: home
    )
    proxy.send(
      #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","#
        + #""capabilities":{"elicitation":{}},"#
        + #""clientInfo":{"name":"tests","version":"1"}}}"#
    )
    _ = proxy.nextLine()
    proxy.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    _ = proxy.listTools()
    return proxy
  }

  private static let notifications = [
    (#""notifications/message","params":{"level":"error","data":""#, #""}}"#),
    (
      #""notifications/progress","params":{"progressToken":TOKEN,"progress":1,"message":""#,
      #""}}"#
    ),
    (#""notifications/elicitation/complete","params":{"elicitationId":""#, #""}}"#),
  ]

  @Test(arguments: notifications)
  func `a notification that is too long is left out with a word`(
    start: String,
    end: String
  ) throws {
    let proxy = try proxy(#"{"jsonrpc":"2.0","method":\#(start)"#, end)
    proxy.send(
      #"{"jsonrpc":"2.0","id":1,"method":"tools/call","#
        + #""params":{"name":"t","arguments":{},"_meta":{"progressToken":"p"}}}"#
    )
    #expect(proxy.nextLine(timeout: patience).flatMap { JSONText($0).id } == "1")
    #expect(proxy.finish() == [])
    #expect(proxy.stderrText.contains("over the limit of 8388608 for one message"))
  }

  @Test func `a question that is too long is refused`() throws {
    let proxy = try proxy(
      #"{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":""#,
      #""}}"#,
      asks: true
    )
    proxy.call("1", "t", "{}")
    let line = try #require(proxy.nextLine(timeout: patience))
    let reply = JSONText(line).result?["structuredContent"] as? [String: Any]
    #expect(reply?["id"] as? String == "q")
    #expect((reply?["error"] as? [String: Any])?["code"] as? Int == -32600)
    #expect(proxy.finish() == [])
  }

  @Test func `answers to an array come in several where one would be too long`() throws {
    let proxy = try ProcessHarness.proxy(home: home)
    proxy.initialize("2025-03-26")
    _ = proxy.listTools()
    let calls = (1...4).map { number in
      #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","#
        + #""params":{"name":"big","arguments":{"bytes":3000000}}}"#
    }
    proxy.send("[\(calls.joined(separator: ","))]")
    let lines = (0..<2).compactMap { _ in proxy.nextLine(timeout: patience) }
    #expect(proxy.finish() == [])
    #expect(lines.allSatisfy { $0.utf8.count <= 8 << 20 })
    let ids = try lines.flatMap { line in
      let parsed = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return (parsed as? [[String: Any]] ?? []).compactMap { $0["id"] as? Int }
    }
    #expect(ids.sorted() == [1, 2, 3, 4])
  }
}
