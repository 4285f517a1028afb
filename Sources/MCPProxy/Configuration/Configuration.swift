package import MCPProtocol

/// A loaded `mcp-proxy.json`: values only, every default filled in, every path absolute.
package struct Configuration: Sendable {
  /// In the order of the file; names are unique.
  package var endpoints: [EndpointConfiguration] = []
  package var proxy = ProxySettings()
  /// Of all endpoints together.
  package var budget: BudgetPolicy?
  package var serviceLevel: ServiceLevel?
  /// Faults to inject when `run` is told to (`--chaos`).
  package var chaos = ChaosSettings()
  /// The file the values came from; `nil` for `run -- COMMAND`.
  package var path: String?

  package init() {}

  /// Whether at least one server can be served.
  var servesSomething: Bool {
    endpoints.contains { endpoint in
      if case .process = endpoint.launch { !endpoint.disabled } else { false }
    }
  }
}

/// One entry of `mcpServers`.
package struct EndpointConfiguration: Sendable {
  package let name: String
  /// The name as a JSON string, for records.
  package let label: [UInt8]
  package var launch: Launch
  package var disabled = false
  /// Its tools are not listed and not callable; it serves only as somebody's fallback.
  package var hidden = false
  /// Not started before its first call, even if no catalogue is stored.
  package var lazy = false
  /// Put before tool names with the separator; empty: none.
  package var prefix: String
  package var era = EraChoice.auto
  /// Globs over the endpoint's own tool names; `nil` includes all.
  package var includeTools: [String]?
  /// Exclusion wins over inclusion.
  package var excludeTools: [String] = []
  package var policy = EndpointPolicy()
  /// Endpoints to try next, in order.
  package var fallback: [String] = []
  package var cost = CostPolicy()
  package var budget: BudgetPolicy?
  package var serviceLevel: ServiceLevel?
  package var tools = NameTable<ToolPolicy>()

  package init(name: String, launch: Launch) {
    self.name = name
    self.launch = launch
    self.prefix = name
    var writer = JSONWriter()
    writer.string(name)
    label = writer.bytes
  }

  /// What is launched for it; nil: it is not usable.
  package var command: Command? { if case .process(let command) = launch { command } else { nil } }

  /// Why nothing is started for it; nil: it can be used.
  package var unusable: String? {
    if disabled { return "it is disabled in the configuration" }
    if case .unusable(let reason) = launch { return reason }
    return nil
  }
}

/// How an endpoint is started, or why it is not.
package enum Launch: Sendable, Equatable {
  case process(Command)
  /// The entry is wrong or not supported; the reason is a sentence for the user.
  case unusable(reason: String)
}

/// A program to run: nothing is passed through a shell.
package struct Command: Sendable, Equatable {
  package var executable: String
  package var arguments: [String] = []
  /// Set on top of the minimal environment; later entries win.
  package var environment: [(name: String, value: String)] = []
  /// Whether it gets the proxy's whole environment instead of the minimal one.
  package var inheritsAll = false
  /// Absolute; `nil`: the proxy's own.
  package var directory: String?

  package init(_ executable: String, _ arguments: [String] = []) {
    self.executable = executable
    self.arguments = arguments
  }

  package static func == (left: Command, right: Command) -> Bool {
    left.executable == right.executable && left.arguments == right.arguments
      && left.environment.elementsEqual(right.environment, by: ==)
      && left.directory == right.directory && left.inheritsAll == right.inheritsAll
  }
}

/// The protocol era spoken with an endpoint.
package enum EraChoice: String, Sendable, CaseIterable {
  case auto
  case handshake
  case stateless
}

/// The `proxy` section: what concerns the proxy itself.
package struct ProxySettings: Sendable, Equatable {
  package enum Catalog: String, Sendable, CaseIterable {
    /// The last lists are kept on disk and served at the next start.
    case stored
    case live
  }
  package var separator = "__"
  /// In characters; clients cut or refuse longer names.
  package var maxToolName = 46
  package var catalog = Catalog.stored
  /// Reload when the file changes.
  package var watch = true
  /// Bytes one incoming line may have.
  package var maxLine = 16 << 20
  package var usageDirectory: UsagePath = .automatic
  package var keepDays = 90
  package var logLevel = Log.Level.warn
  /// `nil`: the state directory.
  package var logFile: String?

  package init() {}
}

/// Where usage records go.
package enum UsagePath: Sendable, Equatable {
  /// Dated files under the state directory.
  case automatic
  /// Dated files in this directory.
  case directory(String)
  /// This one file.
  case file(String)
  case off
}
