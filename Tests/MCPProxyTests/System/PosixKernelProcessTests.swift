import Foundation
import MCPProxy
import Synchronization
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension RealKernelTests {
  /// Processes as the kernel starts them.
  struct PosixKernelProcessTests {
    private let kernel: PosixKernel

    init() throws { kernel = try PosixKernel() }

    /// Starts a shell script and returns what it wrote.
    private func run(
      _ script: String,
      environment: [String] = ["PATH=/usr/bin:/bin"],
      directory: String? = nil,
      input: String = ""
    ) throws -> (output: String, error: String, status: Int32) {
      var request = SpawnRequest(
        executable: "/bin/sh",
        arguments: ["-c", script],
        environment: environment
      )
      request.directory = directory
      let spawned = try kernel.spawn(request)
      if !input.isEmpty { _ = kernel.write(spawned.input, Array(input.utf8), 0..<input.utf8.count) }
      kernel.close(spawned.input)
      let output = text(try #require(spawned.output))
      let error = text(try #require(spawned.error))
      var status: Int32 = 0
      // Not `reap`: that would take the children of other tests, too.
      #expect(unsafe waitpid(spawned.process, &status, 0) == spawned.process)
      return (output, error, status)
    }

    private func text(_ descriptor: Descriptor) -> String {
      var reader = PipeReader(descriptor: descriptor.number)
      while !reader.isAtEnd {
        var event = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&event, 1, 20_000)
        reader.drain()
      }
      defer { reader.close() }
      return String(decoding: reader.bytes, as: UTF8.self)
    }

    @Test func `a process talks over three pipes`() throws {
      let ended = try run("read line; echo \"got $line\"; echo oh >&2; exit 3", input: "it\n")
      #expect(ended.output == "got it\n")
      #expect(ended.error == "oh\n")
      #expect(ended.status == 3 << 8)
    }

    @Test func `a process finds its first input even if nobody ever writes`() throws {
      var request = SpawnRequest(executable: "/bin/cat", arguments: [], environment: [])
      request.firstInput = Array("one\ntwo\n".utf8)
      let spawned = try kernel.spawn(request)
      kernel.close(spawned.input)
      #expect(text(try #require(spawned.output)) == "one\ntwo\n")
      _ = text(try #require(spawned.error))
      #expect(waitpid(spawned.process, nil, 0) == spawned.process)
    }

    @Test func `more first input than a pipe holds does not block`() throws {
      var request = SpawnRequest(executable: "/bin/cat", arguments: [], environment: [])
      request.firstInput = [UInt8](repeating: 0x2B, count: 1 << 20)
      let spawned = try kernel.spawn(request)
      kernel.close(spawned.input)
      let echoed = text(try #require(spawned.output))
      #expect(echoed.utf8.count > 4000 && echoed.utf8.count < 1 << 20)
      _ = text(try #require(spawned.error))
      #expect(waitpid(spawned.process, nil, 0) == spawned.process)
    }

    #if !canImport(Darwin)
    @Test func `the input of a process has a name before there is a process`() throws {
      let named = Mutex<[UInt64]>([])
      var request = SpawnRequest(
        executable: "/bin/readlink",
        arguments: ["/proc/self/fd/0"],
        environment: []
      )
      request.whenPiped = { pipe in named.withLock { $0.append(pipe) } }
      let spawned = try kernel.spawn(request)
      kernel.close(spawned.input)
      let said = text(try #require(spawned.output))
      #expect(said == "pipe:[\(named.withLock { $0.first ?? 0 })]\n")
      #expect(named.withLock { $0.count } == 1)
      _ = text(try #require(spawned.error))
      #expect(waitpid(spawned.process, nil, 0) == spawned.process)
    }
    #endif

    @Test func `the environment is the one that was given and no other`() throws {
      let ended = try run(
        "/usr/bin/env",
        environment: ["A=1", "B=with = and \"quotes\"", "C="]
      )
      let lines = ended.output.split(separator: "\n").map(String.init)
        .filter { !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") }
      #expect(lines.sorted() == ["A=1", "B=with = and \"quotes\"", "C="])
    }

    @Test func `the folder is the one that was given`() throws {
      let folder = try TemporaryFolder()
      let ended = try run("pwd -P", directory: folder.path)
      let path = URL(filePath: folder.path).resolvingSymlinksInPath().path()
      #expect(ended.output.hasPrefix(path.hasSuffix("/") ? String(path.dropLast()) : path))
      #expect(throws: SystemError.self) {
        _ = try run("pwd", directory: "/nowhere/at/all")
      }
    }

    @Test func `a program that is not there is an error of the start`() throws {
      let request = SpawnRequest(executable: "/nowhere/at/all", arguments: [], environment: [])
      #expect { _ = try kernel.spawn(request) } throws: { ($0 as? SystemError)?.isNotFound == true }
    }

    #if !canImport(Darwin)
    @Test func `a process sees the end of its input although others run`() throws {
      let first = try kernel.spawn(
        SpawnRequest(executable: "/bin/cat", arguments: [], environment: [])
      )
      let second = try kernel.spawn(
        SpawnRequest(executable: "/bin/cat", arguments: [], environment: [])
      )
      for spawned in [first, second] {
        // Nobody else holds the other end, or the first would never end.
        kernel.close(spawned.input)
        #expect(text(try #require(spawned.output)) == "")
        #expect(text(try #require(spawned.error)) == "")
        var status: Int32 = 0
        #expect(unsafe waitpid(spawned.process, &status, 0) == spawned.process)
        #expect(status == 0)
      }
    }

    @Test func `no signal is ignored or blocked`() throws {
      let ended = try run("grep -E 'Sig(Ign|Blk)' /proc/self/status")
      let masks = ended.output.split(separator: "\n").compactMap { line in
        line.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
      }
      // The C library keeps signals 32 and 33 for itself and ignores them in new processes.
      #expect(masks.map { $0 & ~(3 << 31) } == [0, 0])
    }

    @Test func `a process leads a group, and a session if that is asked for`() throws {
      // Fields of stat: 1 is the process, 5 its group, 6 its session.
      let script = "cut -d' ' -f1,5,6 /proc/$$/stat"
      let ended = try run(script)
      let fields = ended.output.split { $0 == " " || $0 == "\n" }
      #expect(fields.count == 3)
      #expect(fields.first == fields.dropFirst().first)
      #expect(fields.first != fields.last)
      var request = SpawnRequest(
        executable: "/bin/sh",
        arguments: ["-c", script],
        environment: []
      )
      request.ownSession = true
      let spawned = try kernel.spawn(request)
      kernel.close(spawned.input)
      let own = text(try #require(spawned.output)).split { $0 == " " || $0 == "\n" }
      _ = text(try #require(spawned.error))
      #expect(Set(own).count == 1)
      #expect(waitpid(spawned.process, nil, 0) == spawned.process)
    }
    #endif

    @Test func `a signal reaches the whole group`() throws {
      let request = SpawnRequest(
        executable: "/bin/sh",
        arguments: ["-c", "/bin/sleep 997 & echo ready; wait"],
        environment: []
      )
      let spawned = try kernel.spawn(request)
      var output = PipeReader(descriptor: try #require(spawned.output).number)
      while output.takeLine() == nil, !output.isAtEnd { output.drain() }
      #expect(kernel.groupExists(spawned.process))
      kernel.signal(spawned.process, .kill)
      // The grandchild holds the pipe open; its end is the end of both.
      while !output.isAtEnd { output.drain() }
      var status: Int32 = 0
      #expect(unsafe waitpid(spawned.process, &status, 0) == spawned.process)
      #expect(status & 0x7F == SIGKILL)
      while kernel.groupExists(spawned.process) { _ = poll(nil, 0, 1) }
      output.close()
      kernel.close(spawned.input)
      spawned.error.map(kernel.close)
      // To the group of nobody and of everybody nothing is sent.
      kernel.signal(0, .kill)
      kernel.signal(1, .kill)
      #expect(!kernel.groupExists(1))
    }

    @Test func `clocks run forward and chance differs`() {
      let first = kernel.now()
      #expect(kernel.now() >= first)
      #expect(abs(Double(kernel.wallClock()) / 1e9 - Date().timeIntervalSince1970) < 5)
      #expect(kernel.random() != kernel.random())
    }
  }
}
