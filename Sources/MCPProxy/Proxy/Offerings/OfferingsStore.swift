package import MCPProtocol

/// Keeps each endpoint's last list of tools on disk, so that the next start can serve it at once.
///
/// One file an endpoint, named by what is launched: another command has another list.
package struct OfferingsStore: Sendable {
  private let kernel: any Kernel
  private let folder: String
  private let log: Log
  private var hasWarned = false

  package init(_ kernel: any Kernel, folder: String, log: Log) {
    self.kernel = kernel
    self.folder = folder
    self.log = log
  }

  /// Bytes of a file that is read: more than a list within its own limit takes.
  private static let largestFile = 2 * Bounds.list

  /// The stored list; `nil` if there is none that can be used.
  package func load(of configuration: EndpointConfiguration) -> [ToolEntry]? {
    guard let path = path(of: configuration), let bytes = read(path) else { return nil }
    let parts = JSONOutline.members(["v", "tools"], of: bytes, 0..<bytes.count)
    guard parts[0].map({ bytes[$0] }) == [UInt8(ascii: "1")], let range = parts[1],
      let listing = ToolListing.read(bytes, range)
    else { return nil }
    for warning in listing.warnings {
      log.warn("stored list of endpoint \"\(configuration.name)\": \(warning)")
    }
    return listing.tools
  }

  private func read(_ path: String) -> [UInt8]? {
    do throws(SystemError) {
      return try kernel.readFile(path, limit: Self.largestFile)
    } catch {
      if !error.isNotFound {
        log.warn("catalogue \(path): \(error); it is not used, and replaced by the next list")
      }
      return nil
    }
  }

  package mutating func save(_ tools: [ToolEntry], of configuration: EndpointConfiguration) {
    guard let path = path(of: configuration) else { return }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("v")
    writer.int(1)
    writer.key("endpoint")
    writer.string(configuration.name)
    writer.key("tools")
    writer.beginArray()
    for tool in tools { tool.write(as: tool.name, to: &writer) }
    writer.endArray()
    writer.endObject()
    do throws(SystemError) {
      try kernel.makeDirectories(folder)
      try kernel.replaceFile(path, with: writer.bytes)
    } catch {
      if !hasWarned { log.warn("catalogue \(path): \(error); the next start has to wait for it") }
      hasWarned = true
    }
  }

  private func path(of configuration: EndpointConfiguration) -> String? {
    Self.fileName(of: configuration).map { "\(folder)/\($0)" }
  }

  /// The name of an endpoint's file; `nil` if it is not launched.
  ///
  /// Values of variables stay out of the hash: a new token does not change the tools.
  package static func fileName(of configuration: EndpointConfiguration) -> String? {
    guard case .process(let command) = configuration.launch else { return nil }
    var hash = StableHash()
    hash.add(configuration.name)
    hash.add(command.executable)
    for argument in command.arguments { hash.add(argument) }
    for variable in command.environment { hash.add(variable.name) }
    hash.add(command.directory ?? "")
    return "\(hash.hexadecimal(16)).json"
  }
}
