import Foundation
import MCPProxy
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

extension RealKernelTests {
  /// Files as the kernel writes and reads them.
  struct PosixKernelFileTests {
    private let kernel: PosixKernel
    private let folder: TemporaryFolder

    init() throws {
      kernel = try PosixKernel()
      folder = try TemporaryFolder()
    }

    private func append(_ text: String, to name: String) throws {
      let file = try kernel.openLog(folder.file(name))
      defer { kernel.close(file) }
      _ = try kernel.appendLines(file, Array(text.utf8), lastEnd: -1)
    }

    @Test func `lines are appended to what is there`() throws {
      try append("one\n", to: "log")
      try append("two\nthree\n", to: "log")
      #expect(folder.text("log") == "one\ntwo\nthree\n")
    }

    @Test func `a log file that was moved away or deleted is made anew at the next line`() throws {
      let log = LogFile(kernel: kernel, path: folder.file("logs/a.log")).log(at: .info)
      func lines(_ name: String) -> [String] {
        folder.lines(below: name).map { String($0.drop { $0 != "]" }.dropFirst(2)) }
      }
      log.info("one")
      try FileManager.default.moveItem(
        atPath: folder.file("logs"),
        toPath: folder.file("old")
      )
      log.info("two")
      log.info("three")
      #expect(lines("old") == ["info: one"])
      #expect(lines("logs") == ["info: two", "info: three"])
      try FileManager.default.removeItem(atPath: folder.file("logs"))
      log.info("four")
      #expect(lines("logs") == ["info: four"])
    }

    @Test func `a torn last line is ended before the next`() throws {
      _ = try folder.write("whole\nto", to: "log")
      try append("next\n", to: "log")
      try append("last\n", to: "log")
      #expect(folder.text("log") == "whole\nto\nnext\nlast\n")
    }

    @Test func `an end that is known spares the look at the last byte only there`() throws {
      _ = try folder.write("torn", to: "log")
      let file = try kernel.openLog(folder.file("log"))
      defer { kernel.close(file) }
      let end = try kernel.appendLines(file, Array("one\n".utf8), lastEnd: 3)
      #expect(end == 9)
      #expect(try kernel.appendLines(file, Array("two\n".utf8), lastEnd: end) == 13)
      try append("half", to: "log")
      #expect(try kernel.appendLines(file, Array("three\n".utf8), lastEnd: 13) == 24)
      #expect(folder.text("log") == "torn\none\ntwo\nhalf\nthree\n")
    }

    @Test func `a log is for its owner only`() throws {
      try append("x\n", to: "log")
      let attributes = try FileManager.default.attributesOfItem(atPath: folder.file("log"))
      #expect((attributes[.posixPermissions] as? Int) == 0o600)
    }

    @Test func `two writers never mix their lines`() throws {
      let path = folder.file("log")
      let kernel = kernel
      let writers = ["a", "b", "c"].map { letter in
        let done = Shared(false)
        Thread.detachNewThread {
          if let file = try? kernel.openLog(path) {
            for _ in 0..<200 {
              let line = String(repeating: letter, count: 500) + "\n"
              _ = try? kernel.appendLines(file, Array(line.utf8), lastEnd: -1)
            }
            kernel.close(file)
          }
          done.value = true
        }
        return done
      }
      while !writers.allSatisfy(\.value) { _ = poll(nil, 0, 1) }
      let lines = folder.text("log").split(separator: "\n")
      #expect(lines.count == 600)
      #expect(lines.allSatisfy { $0.utf8.count == 500 && Set($0).count == 1 })
    }

    @Test func `a lock somebody else holds is not waited for`() throws {
      let other = try kernel.openLog(folder.file("log"))
      #expect(flock(other.number, LOCK_EX) == 0)
      try append("still here\n", to: "log")
      kernel.close(other)
      #expect(folder.text("log") == "still here\n")
    }

    #if !canImport(Darwin)
    @Test func `a full disk is an error and leaves no half line`() throws {
      let full = try kernel.openLog("/dev/full")
      defer { kernel.close(full) }
      #expect(throws: SystemError("write", ENOSPC)) {
        _ = try kernel.appendLines(full, Array("x\n".utf8), lastEnd: -1)
      }
    }
    #endif

    @Test func `a log that was moved or removed is no longer current`() throws {
      let file = try kernel.openLog(folder.file("log"))
      defer { kernel.close(file) }
      #expect(kernel.isCurrent(file, at: folder.file("log")))
      try FileManager.default.moveItem(atPath: folder.file("log"), toPath: folder.file("old"))
      #expect(!kernel.isCurrent(file, at: folder.file("log")))
      try append("new\n", to: "log")
      #expect(!kernel.isCurrent(file, at: folder.file("log")))
      #expect(kernel.isCurrent(file, at: folder.file("old")))
    }

    @Test func `a file is replaced as a whole`() throws {
      let path = folder.file("list")
      try kernel.replaceFile(path, with: Array("first, and longer".utf8))
      try kernel.replaceFile(path, with: Array("second".utf8))
      #expect(folder.text("list") == "second")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["list"])
      #expect(throws: SystemError.self) {
        try kernel.replaceFile(folder.file("no/such/folder"), with: [1])
      }
      // A folder cannot be replaced, and nothing is left behind.
      try kernel.makeDirectories(folder.file("folder/inside"))
      #expect(throws: SystemError.self) { try kernel.replaceFile(folder.file("folder"), with: [1]) }
      #expect(kernel.directoryEntries(folder.path) == ["folder", "list"])
    }

    @Test func `folders are made with their parents and only once`() throws {
      try kernel.makeDirectories(folder.file("a/b/c"))
      try kernel.makeDirectories(folder.file("a/b/c"))
      #expect(kernel.directoryEntries(folder.file("a/b")) == ["c"])
      _ = try folder.write("", to: "file")
      #expect(throws: SystemError.self) { try kernel.makeDirectories(folder.file("file/below")) }
    }

    @Test func `files are read up to a limit, other things are not`() throws {
      let path = try folder.write("abc", to: "file")
      #expect(try kernel.readFile(path, limit: 3) == Array("abc".utf8))
      #expect(throws: SystemError("read", EFBIG)) { try kernel.readFile(path, limit: 2) }
      #expect(throws: SystemError("read", EISDIR)) { try kernel.readFile(folder.path, limit: 9) }
      #expect { try kernel.readFile(folder.file("none"), limit: 9) } throws: {
        ($0 as? SystemError)?.isNotFound == true
      }
      kernel.removeFile(path)
      #expect(kernel.directoryEntries(folder.path) == [])
      #expect(kernel.directoryEntries("/nowhere/at/all") == [])
    }

    @Test func `the text of an error says which call failed and why`() {
      #expect(SystemError("open", ENOENT).description == "open: No such file or directory")
    }
  }
}
