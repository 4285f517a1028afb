#if canImport(Darwin)
import Darwin
#else
import CLinux
import Glibc
#endif

extension PosixKernel {
  // Pointers on Darwin, structures elsewhere.
  #if canImport(Darwin)
  private typealias SpawnActions = posix_spawn_file_actions_t?
  private typealias SpawnAttributes = posix_spawnattr_t?
  #else
  private typealias SpawnActions = posix_spawn_file_actions_t
  private typealias SpawnAttributes = posix_spawnattr_t
  #endif

  package func spawn(_ request: SpawnRequest) throws(SystemError) -> SpawnedProcess {
    var opened: [Int32] = []
    do {
      let input = try Pipe.open()
      opened += [input.read, input.write]
      // Before anything is written: nobody reads yet, and more than the pipe holds would block.
      setNonBlocking(input.write)
      Pipe.widen(input.write)
      if !request.firstInput.isEmpty {
        _ = unsafe request.firstInput.withUnsafeBytes {
          unsafe systemWrite(input.write, $0.baseAddress, $0.count)
        }
      }
      var output: (read: Int32, write: Int32)?
      var error: (read: Int32, write: Int32)?
      if !request.inputOnly {
        let first = try Pipe.open()
        opened += [first.read, first.write]
        output = first
      }
      if !request.inputOnly, !request.dropsErrors {
        let second = try Pipe.open()
        opened += [second.read, second.write]
        error = second
      }
      request.whenPiped?(PipeID.of(input.read))
      let process = try start(request, input.read, output?.write, error?.write)
      for end in [input.read, output?.write, error?.write] { end.map(systemClose) }
      for end in [output?.read, error?.read] { end.map(setNonBlocking) }
      return SpawnedProcess(
        process: process,
        input: Descriptor(input.write),
        output: output.map { Descriptor($0.read) },
        error: error.map { Descriptor($0.read) }
      )
    } catch {
      for end in opened { systemClose(end) }
      throw error
    }
  }

  private func start(
    _ request: SpawnRequest,
    _ input: Int32,
    _ output: Int32?,
    _ error: Int32?
  ) throws(SystemError) -> Int32 {
    #if canImport(Darwin)
    var actions: SpawnActions = nil
    var attributes: SpawnAttributes = nil
    #else
    var actions = unsafe SpawnActions()
    var attributes = SpawnAttributes()
    #endif
    unsafe posix_spawn_file_actions_init(&actions)
    unsafe posix_spawnattr_init(&attributes)
    defer {
      unsafe posix_spawn_file_actions_destroy(&actions)
      unsafe posix_spawnattr_destroy(&attributes)
    }
    unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
    for (end, number) in [(output, Int32(1)), (error, Int32(2))] {
      if let end {
        unsafe posix_spawn_file_actions_adddup2(&actions, end, number)
      } else {
        unsafe posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0)
      }
    }
    if let directory = request.directory {
      #if canImport(Darwin)
      unsafe posix_spawn_file_actions_addchdir(&actions, directory)
      #else
      unsafe posix_spawn_file_actions_addchdir_np(&actions, directory)
      #endif
    }
    unsafe setAttributes(&attributes, ownSession: request.ownSession)
    var arguments = unsafe ([request.executable] + request.arguments).map { unsafe strdup($0) }
    var environment = unsafe request.environment.map { unsafe strdup($0) }
    defer { unsafe (arguments + environment).forEach { unsafe free($0) } }
    var process: Int32 = 0
    let result = unsafe withTerminated(&arguments) { arguments in
      unsafe withTerminated(&environment) { environment in
        unsafe posix_spawn(
          &process,
          request.executable,
          &actions,
          &attributes,
          arguments,
          environment
        )
      }
    }
    guard result == 0 else { throw SystemError("posix_spawn", result) }
    return process
  }

  /// A group or session of its own, and no signal ignored or blocked.
  private func setAttributes(
    _ attributes: UnsafeMutablePointer<SpawnAttributes>,
    ownSession: Bool
  ) {
    // An ignored signal stays ignored across exec, and our SIGPIPE is.
    var all = sigset_t()
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigdefault(attributes, &all)
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(attributes, &none)
    var flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
    flags |= ownSession ? Self.newSession : POSIX_SPAWN_SETPGROUP
    #if canImport(Darwin)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
    #endif
    unsafe posix_spawnattr_setflags(attributes, Int16(flags))
  }

  /// Glibc hides the name behind `_GNU_SOURCE`; the value is part of its interface.
  private static var newSession: Int32 {
    #if canImport(Darwin)
    POSIX_SPAWN_SETSID
    #else
    0x80
    #endif
  }

  /// Hands over the strings as C wants them: an array that ends with a null pointer.
  private func withTerminated<Result>(
    _ strings: inout [UnsafeMutablePointer<CChar>?],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    unsafe strings.append(nil)
    return unsafe body(&strings)
  }

  package func signal(_ process: Int32, _ signal: Signal) {
    guard process > 1 else { return }
    let number: Int32 =
      switch signal {
      case .childExited: SIGCHLD
      case .hangUp: SIGHUP
      case .interrupt: SIGINT
      case .kill: SIGKILL
      case .terminate: SIGTERM
      }
    _ = kill(-process, number)
  }

  package func groupExists(_ process: Int32) -> Bool {
    process > 1 && (kill(-process, 0) == 0 || errno == EPERM)
  }

  package func reap() -> ExitedProcess? {
    var status: Int32 = 0
    let process = unsafe waitpid(-1, &status, WNOHANG)
    guard process > 0 else { return nil }
    // The encoding of <sys/wait.h>, whose macros are not visible here.
    let number = status & 0x7F
    let exit: ExitStatus = number == 0 ? .code((status >> 8) & 0xFF) : .signal(number)
    return ExitedProcess(process: process, status: exit)
  }
}

extension PosixKernel {
  package func startTime(_ process: Int32) -> UInt64 { ProcessStartTime.read(process) }
}
