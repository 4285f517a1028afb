import Foundation
import MCPProxy
import Testing

#if !canImport(Darwin)
import Glibc

/// The end of a client is noticed even where nothing is read of it or written to it.
@Suite(.timeLimit(.minutes(10))) struct ClientEndTests {
  private let home: TemporaryFolder

  init() throws { home = try TemporaryFolder() }

  private var answered: Int { home.lines(below: "usage").count }

  @Test(arguments: [false, true])
  func `a client that was behind and is gone ends the proxy`(hasUnread: Bool) throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    for number in 1...10 {
      proxy.sendWithoutReading(
        #"{"jsonrpc":"2.0","id":\#(number),"method":"tools/call","params":{"name":"big","#
          + #""arguments":{"bytes":1000000}}}"#
      )
    }
    // From then on more waits for the client than may, and nothing is read of it.
    #expect(eventually { answered >= 5 })
    if hasUnread { proxy.sendWithoutReading(#"{"jsonrpc":"2.0","id":11,"method":"ping"}"#) }
    proxy.closeInput()
    // Its end, not its output: the client goes on reading nothing.
    #expect(eventually { !isAlive(proxy.process) })
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
    #expect(answered == 10)
  }

  @Test func `a client that closes its reading end while nothing happens ends the proxy`() throws {
    let proxy = try ProcessHarness.guarded("", "", home: home)
    proxy.closeOutput()
    #expect(proxy.waitForExit() == .code(0))
    #expect(proxy.stderrText == "")
  }
}
#endif
