import Synchronization

/// A run of the proxy: serves MCP on standard input and output until the client goes.
struct ProxyRun {
  let configuration: Configuration
  /// What is logged at least.
  let logLevel: Log.Level
  let kernel: PosixKernel
  /// Faults to inject; `nil`: none.
  let chaos: ChaosSettings?
  /// Logged at the start.
  var complaints: [String] = []

  /// Returns the exit code.
  func serve() -> Int32 {
    let environment = Host.environment()
    Host.keepFreedMemory()
    var complaints = complaints
    do throws(SystemError) {
      let folders = Folders(environment, lastResort: Self.lastResort(environment, &complaints))
      let log = LogFile(
        kernel: kernel,
        path: configuration.proxy.logFile ?? "\(folders.logs)/mcp-proxy.log"
      ).log(at: logLevel)
      // First: a log named /dev/stdout would be the protocol's.
      let streams = try PosixKernel.takeStandardStreams()
      for complaint in complaints { log.warn(complaint) }
      if let chaos { log.info(chaos.announcement) }
      let loop = EventLoop(kernel: kernel)
      let parts = Proxy.Parts(
        input: streams.input,
        output: streams.output,
        environment: launchEnvironment(environment),
        folders: folders,
        run: UsageRun(
          id: runID(),
          session: environment["CLAUDE_CODE_SESSION_ID"],
          project: environment["CLAUDE_PROJECT_DIR"].flatMap(Self.lastFolder),
          isChaotic: chaos != nil
        ),
        binary: Host.binaryPath(CommandLine.arguments[0]) ?? Host.ownImage,
        log: log,
        chaos: chaos
      )
      return Self.serve(Proxy(loop: loop, configuration: configuration, parts: parts))
    } catch {
      Host.print("mcp-proxy: \(error)\n", to: 2)
      return 74
    }
  }

  private static func serve(_ proxy: Proxy) -> Int32 {
    let root = Root()
    root.start(proxy)
    proxy.loop.run()
    return root.code
  }

  /// The one task that is not a child of another: everything runs inside it.
  private final class Root: Sendable {
    private let result = Atomic<Int32>(0)

    var code: Int32 { result.load(ordering: .relaxed) }

    func start(_ proxy: Proxy) {
      _ = Task(executorPreference: proxy.loop) {
        self.result.store(await proxy.run(), ordering: .relaxed)
        proxy.loop.stop()
      }
    }
  }

  /// A folder of this run's own: one with a name that can be guessed may be somebody else's.
  private static func lastResort(
    _ environment: [String: String],
    _ complaints: inout [String]
  ) -> String {
    do {
      return try ScratchFolder.make(environment)
    } catch {
      complaints.append("HOME is not set, and \(error): no log, usage or list of tools is kept")
      return Folders.nowhere
    }
  }

  private func launchEnvironment(_ variables: [String: String]) -> LaunchEnvironment {
    LaunchEnvironment(
      variables: variables,
      isExecutable: { Host.isExecutable($0) },
      entries: { kernel.directoryEntries($0) },
      isFolder: { Host.isFolder($0) },
      firstBytes: { Host.firstBytes(of: $0) }
    )
  }

  /// Tells this run from others in a shared file; sorts by time.
  private func runID() -> String {
    let time = String(UInt64(clamping: kernel.wallClock() / 1_000_000), radix: 36)
    return "\(time)-\(String(kernel.random() % 2_176_782_336, radix: 36))"
  }

  /// A path would tell more about the user than the books need.
  private static func lastFolder(_ path: String) -> String? {
    path.split(separator: "/").last.map(String.init)
  }
}
