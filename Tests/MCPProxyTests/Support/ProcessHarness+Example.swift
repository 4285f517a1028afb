import MCPProxy

/// Talking to the example server, or to anything that speaks as it does.
extension ProcessHarness {
  /// Starts the example server; options are separated by blanks.
  static func exampleServer(_ options: String = "") throws -> ProcessHarness {
    try ProcessHarness(
      program,
      ["example-server"] + options.split(separator: " ").map(String.init)
    )
  }

  /// Does the handshake and returns the server's answer.
  @discardableResult
  func initialize(_ revision: String = "2025-11-25") -> String? {
    send(initializeLine(revision))
    let answer = nextLine()
    send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
    return answer
  }

  /// Sends a `tools/call`; the id is JSON text.
  func call(_ id: String, _ tool: String, _ arguments: String) {
    send(
      #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":"#
        + #"{"name":"\#(tool)","arguments":\#(arguments)}}"#
    )
  }
}

/// The first request of the handshake era, with id 0.
func initializeLine(_ revision: String = "2025-11-25") -> String {
  #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(revision)","#
    + #""capabilities":{},"clientInfo":{"name":"tests","version":"1"}}}"#
}
