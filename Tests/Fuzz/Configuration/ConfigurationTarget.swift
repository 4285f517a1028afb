import MCPProtocol
@testable import MCPProxy

/// Whatever a file holds: it is read twice alike, and every problem has its place in the file.
///
/// What follows the first zero byte is what every `envFile` and `${file:}` holds.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let input = unsafe fuzzInput(start, count)
  let bytes = Array(input.prefix { $0 != 0 })
  let other = Array(input.dropFirst(bytes.count + 1))
  let surroundings = Surroundings(
    environment: ["TOKEN": "t", "EMPTY": "", "HOME": "/home/me", "PATH": "/bin"],
    home: "/home/me",
    workingDirectory: "/project",
    binaryPath: "/bin/mcp-proxy"
  ) { path in path.hasSuffix("missing") ? nil : other }
  let loader = ConfigurationLoader(bytes: bytes, path: "mcp-proxy.json", surroundings: surroundings)
  let (configuration, problems) = loader.load()
  check(loader.load().problems == problems, "another reading finds other problems")
  for problem in problems { checkPlace(problem, bytes) }
  let places = problems.map { [$0.line, $0.column] }
  check(
    zip(places, places.dropFirst()).allSatisfy { !$1.lexicographicallyPrecedes($0) },
    "problems are not in the order of the file: \(places)"
  )
  guard let configuration else {
    check(problems.contains { $0.severity == .error }, "nothing was read and nobody is told why")
    return 0
  }
  check((try? JSONDocument.parse(bytes, dialect: .commented)) != nil, "this is no JSON")
  checkEndpoints(configuration, problems)
  checkEnvironmentFile(other)
  return 0
}

private func checkPlace(_ problem: ConfigurationProblem, _ bytes: [UInt8]) {
  let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  check((1...lines.count).contains(problem.line), "\(problem) is on no line of \(lines.count)")
  let length = lines[problem.line - 1].count
  check((1...length + 1).contains(problem.column), "\(problem) is on no column of \(length)")
  check(!problem.message.isEmpty, "\(problem) says nothing")
  check(
    !problem.message.unicodeScalars.contains { $0.properties.generalCategory == .control },
    "\(problem) has control characters"
  )
}

private func checkEndpoints(_ configuration: Configuration, _ problems: [ConfigurationProblem]) {
  let names = configuration.endpoints.map { Array($0.name.utf8) }
  check(Set(names).count == names.count, "two endpoints have one name")
  for endpoint in configuration.endpoints {
    let hasError = problems.contains { $0.endpoint == endpoint.name && $0.severity == .error }
    guard case .unusable(let reason) = endpoint.launch else {
      check(!hasError, "\(endpoint.name) is used in spite of an error")
      continue
    }
    check(!reason.isEmpty, "\(endpoint.name) cannot be used and nobody is told why")
  }
}

private func checkEnvironmentFile(_ bytes: [UInt8]) {
  switch EnvironmentFile.parse(bytes) {
  case .success(let variables):
    for (name, _) in variables {
      check(!name.isEmpty && !name.contains("="), "\"\(name)\" names no variable")
    }
  case .failure(let bad):
    // Carriage returns end lines, too.
    let most = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    check((1...most).contains(bad.line), "line \(bad.line) of \(most)")
  }
}
