import Foundation
import MCPProxy
import Testing

/// Lists that a server refuses, or that no client could take, and stored ones of that kind.
@Suite(.timeLimit(.minutes(10))) struct ListFaultTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  /// A server that changes its mind.
  ///
  /// It answers the first tools/list with the result $1 and later ones with the members $2; each
  /// call with "unknown tool". The file $3 gets a line for each list.
  private static let server = """
    say() { printf '{"jsonrpc":"2.0","id":%s,%s}\\n' "$id" "$1"; }
    answer="\\"result\\":$1"
    while IFS= read -r line; do
      id=${line#*'"id":'}; id=${id%%[,\\}]*}
      case $line in
      *'"initialize"'*)
        say '"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},\
    "serverInfo":{"name":"t","version":"1"}}' ;;
      *'"tools/list"'*) say "$answer"; answer=$2; echo listed >> "$3" ;;
      *'"tools/call"'*) say '"error":{"code":-32602,"message":"Unknown tool"}' ;;
      esac
    done
    """

  private static let tool = #"{"name":"t","inputSchema":{"type":"object"}}"#

  private func proxy(first: String, later: String) throws -> ProcessHarness {
    let path = try home.write(Self.server, to: "server.sh")
    let proxy = try ProcessHarness.proxy(
      command: ["/bin/sh", path, first, later, home.file("lists")],
      home: home
    )
    proxy.initialize()
    return proxy
  }

  @Test(
    arguments: [
      (#""error":{"code":-32603,"message":"try later"}"#, ["t"]),
      (#""error":{"code":-32602,"message":"no"}"#, ["t"]),
      (#""result":{"tools":null}"#, ["t"]),
      (#""result":{}"#, ["t"]),
      // A list that says so is believed.
      (#""result":{"tools":[]}"#, []),
      (#""error":{"code":-32601,"message":"Method not found"}"#, []),
    ] as [(String, [String])]
  )
  func `tools stay listed when their server does not list them again`(
    later: String,
    names: [String]
  ) throws {
    let proxy = try proxy(first: #"{"tools":[\#(Self.tool)]}"#, later: later)
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["t"])
    let refused = JSONText(try #require(proxy.callAndWait("1", "t", "{}")))
    #expect(refused.errorCode == -32602)
    // The refusal makes the proxy look once more.
    #expect(eventually { home.text("lists") == "listed\nlisted\n" })
    // What comes behind an answer has come after it.
    _ = proxy.callAndWait("2", "t", "{}")
    #expect(eventually { JSONText(proxy.listTools() ?? "").toolNames == names })
    let stored = home.lines(below: "catalog").joined()
    #expect(stored.contains(Self.tool) == !names.isEmpty)
  }

  // MARK: Stored lists

  /// A proxy whose server never starts, and which knows only the stored list that `change` made of
  /// one with the tool `echo`.
  private func proxy(storing change: (String) -> String) throws -> ProcessHarness {
    func proxy(_ options: String) throws -> ProcessHarness {
      // The same command line, so that it is the same entry of the store.
      let script = "exec \(ProcessHarness.program) example-server $(cat \(home.file("options")))"
      _ = try home.write(options, to: "options")
      let proxy = try ProcessHarness.proxy(command: ["/bin/sh", "-c", script], home: home)
      proxy.initialize()
      return proxy
    }
    let first = try proxy("--tools echo")
    _ = first.listTools()
    _ = first.finish()
    let names = try FileManager.default.contentsOfDirectory(atPath: home.file("catalog"))
    #expect(names.count == 1)
    for name in names.map({ "catalog/\($0)" }) {
      _ = try home.write(change(home.text(name)), to: name)
    }
    return try proxy("--hang-start")
  }

  private static func tool(_ name: String, describedBy bytes: Int) -> String {
    let text = String(repeating: "x", count: bytes)
    return #"{"name":"\#(name)","description":"\#(text)","inputSchema":{"type":"object"}}"#
  }

  @Test func `a stored tool that is too large is left out`() throws {
    let proxy = try proxy { list in
      list.replacingOccurrences(
        of: #""tools":["#,
        with: #""tools":[\#(Self.tool("large", describedBy: 2 << 20)),"#
      )
    }
    #expect(JSONText(try #require(proxy.listTools())).toolNames == ["echo"])
    #expect(proxy.stderrText.contains(#"tool "large" is left out"#))
  }

  @Test func `a stored list that is too large is not read, and a word says so`() throws {
    let proxy = try proxy { $0 + String(repeating: " ", count: 16 << 20) }
    #expect(JSONText(try #require(proxy.listTools())).toolNames == [])
    #expect(proxy.stderrText.contains("File too large"))
  }
}
