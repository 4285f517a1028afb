import MCPProtocol

/// `mcp-proxy demo`: plays the example session against a proxy of its own and tells how it went.
enum DemoCommand {
  /// Returns the exit code: 0, or 1 if the story went differently.
  static func run() -> Int32 {
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
      var telling = Telling(story: DemoStory(page), usageFolder: "\(folder)/usage", kernel: kernel)
      return telling.run(&connection)
    } catch {
      Host.print("mcp-proxy: \(error)\n", to: 2)
      return 74
    }
  }

  /// The story as it unfolds.
  private struct Telling {
    let story: DemoStory
    let usageFolder: String
    let kernel: PosixKernel
    private var calls: [DemoCall] = []
    /// Answered, but not told yet.
    private var answered: (request: DemoRequest, answer: ProxyAnswer)?

    init(story: DemoStory, usageFolder: String, kernel: PosixKernel) {
      self.story = story
      self.usageFolder = usageFolder
      self.kernel = kernel
    }

    mutating func run(_ connection: inout ProxyConnection) -> Int32 {
      do throws(ConnectionProblem) {
        Host.print(story.opening)
        for request in DemoRequest.session { try play(request, &connection) }
        let exit = connection.end(isHurried: false)
        if let signal = connection.interruption { throw .interrupted(signal) }
        guard exit == .code(0) else {
          throw .failed("mcp-proxy run did not end well: \(exit?.description ?? "still running")")
        }
        try tellAnswered()
        Host.print(story.closing(calls))
      } catch {
        _ = connection.end(isHurried: true)
        if case .failed = error { try? tellAnswered() }
        return report(error)
      }
      let differences = calls.compactMap(\.difference)
      for difference in differences { complain("the story went differently: \(difference)") }
      return differences.isEmpty ? 0 : 1
    }

    /// Sends a line, waits for its answer and tells the call before.
    ///
    /// The line of a call is in the log before the proxy reads what comes after its answer. So a
    /// call is told when the next is answered or the proxy has ended; waiting for the line would
    /// delay the next call, and the last one shall find `notes` still down.
    private mutating func play(
      _ request: DemoRequest,
      _ connection: inout ProxyConnection
    ) throws(ConnectionProblem) {
      let began = kernel.now()
      try connection.send(request.line)
      guard let id = request.id else { return }
      let answer = try connection.answer(to: id)
      guard request.tool == nil else {
        try tellAnswered()
        answered = (request, answer)
        return
      }
      Host.print(story.handshake(request, answer, ms: (kernel.now() - began).milliseconds))
      guard answer.isSuccess else { throw .failed("\(request.method): \(answer.text)") }
    }

    /// Tells the call whose line must be in the log by now.
    private mutating func tellAnswered() throws(ConnectionProblem) {
      guard let (request, answer) = answered, let id = request.id else { return }
      answered = nil
      guard let step = DemoStep.all.first(where: { $0.id == id }), let usage = usage(id) else {
        throw .failed("the usage log in \(usageFolder) has no line about call \(id)")
      }
      let call = DemoCall(step: step, request: request, answer: answer, usage: usage)
      calls.append(call)
      Host.print(story.step(call))
    }

    /// A day may end while the story is told: then there are two files.
    private func usage(_ id: String) -> CallUsage? {
      kernel.directoryEntries(usageFolder).lazy.compactMap { name in
        let bytes = try? kernel.readFile("\(usageFolder)/\(name)", limit: 1 << 20)
        return bytes.flatMap { CallUsage.find(id, in: $0) }
      }.first
    }

    private func report(_ problem: ConnectionProblem) -> Int32 {
      switch problem {
      case .failed(let text):
        complain(text)
        return 1
      case .interrupted(let signal):
        // As a shell reports the end by that signal.
        return signal == .interrupt ? 130 : signal == .hangUp ? 129 : 143
      }
    }

    private func complain(_ text: String) { Host.print("mcp-proxy: \(text)\n", to: 2) }
  }
}
