import Foundation
import Testing

extension TidyTests {
  /// What a module may use.
  struct ImportTests {
    @Test func `layers import only what lies below them`() throws {
      // The reaper and the example server are processes of their own, without the event loop.
      let withSystem: Set = ["EventLoop", "ExampleServer", "Main.swift", "Reaper", "System"]
      let system: Set = [
        "CLinux", "Darwin", "Glibc", "MCPProtocol", "MachO", "Musl", "Synchronization",
      ]
      let problems = try TidyTests.sources().flatMap { file -> [String] in
        let folders = file.path.split(separator: "/").dropFirst().map(String.init)
        let folder = folders.dropFirst().first ?? ""
        var permitted: Set<String> = folders.first == "MCPProtocol" ? [] : ["MCPProtocol"]
        if withSystem.contains(folder) { permitted = system }
        if folder == "Commands" { permitted.insert("Synchronization") }
        // The C library searches for a byte twice as fast as any loop that was tried.
        if file.path.hasSuffix("JSON/ByteBlocks.swift") { permitted = ["Darwin", "Glibc"] }
        return file.imports().subtracting(permitted).sorted().map { "\(file.path) imports \($0)" }
      }
      #expect(problems == [])
    }

    @Test func `the package depends on nothing`() throws {
      let package = try SourceFile("Package.swift")
      #expect(!package.code.contains { $0.contains(".package(") })
      let resolved = SourceFile.root.appending(path: "Package.resolved").path
      #expect(!FileManager.default.fileExists(atPath: resolved))
    }
  }
}
