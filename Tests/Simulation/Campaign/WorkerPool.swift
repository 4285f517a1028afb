/// Worker processes, as many at a time as there is work for two processors.
struct WorkerPool {
  /// What is to be run, and the name under which its lines come back.
  struct Job {
    let name: Int
    let arguments: [String]
  }

  private struct Running {
    let job: Job
    let process: SpawnedProcess
    var text: [UInt8] = []
  }

  static let width = 2

  private let kernel: PosixKernel
  private let binary: String
  private var running: [UInt64: Running] = [:]
  private var lastToken: UInt64 = 0

  init() throws(SystemError) {
    kernel = try PosixKernel()
    binary = Host.binaryPath(CommandLine.arguments[0]) ?? CommandLine.arguments[0]
  }

  /// Runs all jobs; `line` gets each line, `ended` the end of each job and may give another.
  mutating func run(
    _ jobs: [Job],
    line: (Job, WorkerLine) -> Void,
    ended: (Job) -> Job?
  ) throws(SystemError) {
    var waiting = jobs[...]
    while true {
      while running.count < Self.width, let job = waiting.popFirst() { try start(job) }
      if running.isEmpty { return }
      var events: [Readiness] = []
      kernel.wait(until: nil, &events)
      for event in events where event.signal == nil {
        guard read(event.token, line), let done = running.removeValue(forKey: event.token) else {
          continue
        }
        close(done.process)
        if let next = ended(done.job) { waiting.append(next) }
      }
      while kernel.reap() != nil {}
    }
  }

  private mutating func start(_ job: Job) throws(SystemError) {
    var request = SpawnRequest(
      executable: binary,
      arguments: job.arguments,
      environment: Host.environment().map { "\($0.key)=\($0.value)" }
    )
    request.directory = nil
    let process = try kernel.spawn(request)
    lastToken += 1
    if let output = process.output { try kernel.watch(output, token: lastToken, .reading) }
    running[lastToken] = Running(job: job, process: process)
  }

  /// Takes what a worker has printed; true once it has ended.
  private mutating func read(_ token: UInt64, _ line: (Job, WorkerLine) -> Void) -> Bool {
    guard let output = running[token]?.process.output, let job = running[token]?.job else {
      return false
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    switch kernel.read(output, into: &buffer, at: 0..<buffer.count) {
    case .bytes(let count):
      var text = (running[token]?.text ?? []) + buffer[..<count]
      while let end = text.firstIndex(of: UInt8(ascii: "\n")) {
        if let said = WorkerLine(String(decoding: text[..<end], as: UTF8.self)) { line(job, said) }
        text.removeFirst(end + 1)
      }
      running[token]?.text = text
      return false
    case .wouldBlock: return false
    case .end, .failed: return true
    }
  }

  private func close(_ process: SpawnedProcess) {
    if let output = process.output {
      kernel.unwatch(output)
      kernel.close(output)
    }
    process.error.map(kernel.close)
    kernel.close(process.input)
  }
}
