/// The story of the demo as it unfolds.
struct DemoTelling {
  let story: DemoStory
  let usageFolder: String
  let kernel: PosixKernel
  private var calls: [DemoCall] = []
  /// Answered, but not told yet, in the order of the session.
  private var answered: [(request: DemoRequest, answer: ProxyAnswer)] = []

  init(story: DemoStory, usageFolder: String, kernel: PosixKernel) {
    self.story = story
    self.usageFolder = usageFolder
    self.kernel = kernel
  }

  /// Plays the session to its end and returns the exit code.
  mutating func run(_ connection: inout ProxyConnection) -> Int32 {
    do throws(ConnectionProblem) {
      Host.print(story.opening)
      for request in DemoRequest.session { try play(request, &connection) }
      let exit = connection.end(isHurried: false)
      if let signal = connection.interruption { throw .interrupted(signal) }
      guard exit == .code(0) else {
        throw .failed("mcp-proxy run did not end well: \(exit?.description ?? "still running")")
      }
      tellLogged()
      if let id = answered.first?.request.id {
        throw .failed("the usage log in \(usageFolder) has no line about call \(id)")
      }
      Host.print(story.closing(calls))
    } catch {
      _ = connection.end(isHurried: true)
      if case .failed = error { tellLogged() }
      return report(error)
    }
    let differences = calls.compactMap(\.difference)
    for difference in differences { complain("the story went differently: \(difference)") }
    return differences.isEmpty ? 0 : 1
  }

  /// Sends a line, waits for its answer and tells the calls whose lines are in the log by now.
  ///
  /// Lines are written shortly after the answers, and at the latest when the proxy ends. They are
  /// not waited for: that would delay the next call, and the last one shall find `notes` down.
  private mutating func play(
    _ request: DemoRequest,
    _ connection: inout ProxyConnection
  ) throws(ConnectionProblem) {
    let began = kernel.now()
    try connection.send(request.line)
    guard let id = request.id else { return }
    let answer = try connection.answer(to: id)
    guard request.tool == nil else {
      answered.append((request, answer))
      return tellLogged()
    }
    Host.print(story.handshake(request, answer, ms: (kernel.now() - began).milliseconds))
    guard answer.isSuccess else { throw .failed("\(request.method): \(answer.text)") }
  }

  /// Tells the calls that were answered, up to the first without a line in the log.
  private mutating func tellLogged() {
    while let (request, answer) = answered.first, let id = request.id, let usage = usage(id),
      let step = DemoStep.all.first(where: { $0.id == id })
    {
      answered.removeFirst()
      let call = DemoCall(step: step, request: request, answer: answer, usage: usage)
      calls.append(call)
      Host.print(story.step(call))
    }
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
