package import MCPProtocol

/// Keeps each endpoint's last list of tools on disk, so that the next start can serve it at once.
///
/// One file an endpoint, named by what is launched: another command has another list.
package actor CatalogStore: LoopBound {
  package nonisolated let loop: EventLoop
  private let folder: String
  private let log: Log
  private var hasWarned = false

  package init(loop: EventLoop, folder: String, log: Log) {
    self.loop = loop
    self.folder = folder
    self.log = log
  }

  private static let largestFile = 32 << 20

  package func load(of endpoint: Endpoint) -> [ToolEntry]? {
    guard let path = path(of: endpoint.configuration),
      let bytes = try? loop.kernel.readFile(path, limit: Self.largestFile),
      let document = try? JSONDocument(bytes), document.root["v"]?.int(in: bytes) == 1,
      let tools = document.root["tools"], tools.array != nil
    else { return nil }
    return ToolListing.read(tools, bytes)
  }

  package func save(_ tools: [ToolEntry], of endpoint: Endpoint) {
    guard let path = path(of: endpoint.configuration) else { return }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("v")
    writer.int(1)
    writer.key("endpoint")
    writer.string(endpoint.name)
    writer.key("tools")
    writer.beginArray()
    for tool in tools { tool.write(as: tool.name, to: &writer) }
    writer.endArray()
    writer.endObject()
    do throws(SystemError) {
      try loop.kernel.makeDirectories(folder)
      try loop.kernel.replaceFile(path, with: writer.bytes)
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
