/// `mcp-proxy demo`: plays the example session against a proxy of its own and tells how it went.
package struct DemoCommand: OptionedCommand, Equatable {
  package static let name = "demo"
  package static let summary = [SummaryLine("", "tell a session step by step")]
  package static let purpose = """
    Plays an example session with servers that fail, and tells step by step what
    the proxy does about it. It needs no configuration and takes some seconds.
    """

  package init() {}

  /// Returns the exit code: 0, or 1 if the story went differently.
  package func run() -> Int32 {
    do throws(SystemError) {
      let environment = Host.environment()
      // Before there is anything to leave behind: from here on signals are ours to handle.
      let kernel = try PosixKernel()
      let folder = try ScratchFolder.make(environment)
      defer { ScratchFolder.remove(folder, kernel) }
      let file = "\(folder)/mcp-proxy.json"
      try kernel.replaceFile(file, with: Array(DemoConfiguration.text.utf8))
      var connection = try ProxyConnection(
        kernel,
        SpawnRequest(proxy: ["run", "--config", file], home: folder, environment)
      )
      let page = TextPage(
        isColoured: TextPage.wantsColour(isTerminal: Host.isTerminal(1), environment)
      )
      var telling = DemoTelling(
        story: DemoStory(page),
        usageFolder: "\(folder)/usage",
        kernel: kernel
      )
      return telling.run(&connection)
    } catch {
      Host.print("mcp-proxy: \(error)\n", to: 2)
      return 74
    }
  }
}
