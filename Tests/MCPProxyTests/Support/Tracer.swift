import Foundation
import MCPProxy

/// An endpoint that writes down every line it is sent, with an example server behind it.
final class Tracer {
  private let home: TemporaryFolder
  private var seen = 0

  init(_ home: TemporaryFolder) throws { self.home = home }

  /// A proxy whose endpoint is traced; handshake done, tools listed.
  func proxy(_ options: String = "") throws -> ProcessHarness {
    let script = "tee -a \"$0\" | exec \"$@\""
    let command =
      ["/bin/sh", "-c", script, home.file("trace"), ProcessHarness.program, "example-server"]
      + options.split(separator: " ").map(String.init)
    let proxy = try ProcessHarness.proxy(command: command, home: home)
    proxy.initialize()
    _ = proxy.listTools()
    return proxy
  }

  /// Every line so far.
  var lines: [JSONText] { home.text("trace").split(separator: "\n").map { JSONText(String($0)) } }

  /// Waits for the next line of this method that was not returned before.
  func next(_ method: String) -> String? {
    var found: Int?
    _ = eventually {
      let lines = lines
      found = lines.indices.first { $0 >= seen && lines[$0].method == method }
      return found != nil
    }
    guard let found else { return nil }
    seen = found + 1
    return lines[found].text
  }

  func nextCall() -> JSONText? { next("tools/call").map { JSONText($0) } }
}
