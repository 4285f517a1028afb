import Testing

extension TidyTests {
  /// A folder of the program names only types of folders that stand above it.
  ///
  /// One module has no imports that could show it, so it is read from the sources: a type that is
  /// declared at the top of a file, and its name as a whole word in the code of another folder. An
  /// extension names the type it extends.
  struct FolderOrderTests {
    /// From the bottom of the program up; some are still to come.
    private static let order = [
      "Time", "Tables", "System", "EventLoop", "Chaos", "Configuration", "Budget", "Resilience",
      "Usage", "Proxy/Link", "Proxy/Endpoint", "Proxy/Offerings", "Proxy/Calls", "Proxy/Client",
      "Proxy/Control", "Proxy", "Reaper", "ExampleServer", "Commands", "Main.swift",
    ]

    /// Who names what stands above it, as `folder → folder`.
    private static let offenders: OffenderList = []

    @Test func `a folder names only what is declared in folders before it`() throws {
      var problems: [String] = []
      var found: [String: [String]] = [:]
      let files = try TidyTests.sources(in: ["Sources/MCPProxy"])
      let homes = Self.homes(of: files)
      for file in files {
        guard let folder = Self.folder(of: file) else {
          problems.append("\(file.path): its folder has no place in the order")
          continue
        }
        for name in Self.names(in: file) {
          guard let home = homes[name], Self.place(home) > Self.place(folder) else { continue }
          found["\(folder) → \(home)", default: []].append("\(file.name) names \(name)")
        }
      }
      problems += Self.offenders.problems(found.keys).map { problem in
        let pair = String(problem.prefix { $0 != ":" })
        return "\(problem) (\(found[pair, default: []].sorted().joined(separator: ", ")))"
      }
      #expect(problems == [])
    }

    /// The folder in which each type is declared that other files can see.
    private static func homes(of files: [SourceFile]) -> [String: String] {
      var homes: [String: String] = [:]
      for file in files {
        for type in file.types() where type.isTopLevel && !type.isPrivate {
          if type.kind != "extension" { homes[type.name] = folder(of: file) }
        }
      }
      return homes
    }

    /// The longest place in the order in which the file lies.
    private static func folder(of file: SourceFile) -> String? {
      let path = file.path.dropFirst("Sources/MCPProxy/".count)
      let folders = order.filter { path == $0 || path.hasPrefix($0 + "/") }
      return folders.max { $0.count < $1.count }
    }

    private static func place(_ folder: String) -> Int { order.firstIndex(of: folder) ?? 0 }

    /// The words of the code that begin with a capital and are no member of another type.
    private static func names(in file: SourceFile) -> Set<String> {
      // What a file declares within its types is meant before what stands elsewhere.
      let inner = file.types().filter { !$0.isTopLevel }
      let own = Set(inner.compactMap { $0.name.split(separator: ".").last })
      var names: Set<String> = []
      for line in file.code {
        for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
          let isMember = word.startIndex > line.startIndex && line[..<word.startIndex].last == "."
          if word.first?.isUppercase == true, !isMember, !own.contains(word) {
            names.insert(String(word))
          }
        }
      }
      return names
    }
  }
}
