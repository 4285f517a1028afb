import Foundation
import MCPProxy
import Testing

/// The example server with the tools of another one.
@Suite(.timeLimit(.minutes(10))) struct ExampleImitationTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private static let tools =
    #"[{"name":"web.search","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},"#
    + #"{"name":"buy","inputSchema":{"type":"object","required":["item"]},"x":1.50}]"#

  private func server(_ file: String) throws -> ProcessHarness {
    try .exampleServer("--name other --imitate \(file) --ledger \(home.file("ledger"))")
  }

  @Test func `a stored list is offered as it is and each of its tools answers`() throws {
    let file = try home.write(#"{"v":1,"endpoint":"a","tools":\#(Self.tools)}"#, to: "list.json")
    let server = try server(file)
    server.initialize()
    server.send(#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#)
    #expect(
      server.nextLine() == #"{"jsonrpc":"2.0","id":1,"result":{"tools":\#(Self.tools)}}"#
    )
    let answer = JSONText(try #require(server.callAndWait("2", "web.search", #"{"call":2}"#)))
    #expect(answer.content == "web.search of a stand-in of other")
    #expect(answer.isError == false)
    let unknown = JSONText(try #require(server.callAndWait("3", "echo", #"{"text":"x"}"#)))
    #expect(unknown.errorCode == -32602)
    #expect(home.text("ledger") == "web.search\t2\t{\"call\":2}\n")
  }

  @Test func `a list that cannot be read is said`() throws {
    let server = try server("/nowhere.json")
    #expect(server.waitForExit() == .code(66))
    #expect(server.stderrText == "other: cannot read /nowhere.json\n")
    let junk = try self.server(try home.write("junk", to: "junk.json"))
    #expect(junk.waitForExit() == .code(66))
  }
}
