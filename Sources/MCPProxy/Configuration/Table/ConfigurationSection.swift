/// An object of the configuration file whose keys are known.
package enum ConfigurationSection: String, Sendable, CaseIterable {
  case breaker
  case budget
  case budgetCalls
  case chaos
  case concurrency
  case cost
  case defaults
  case endpoint
  case log
  case proxy
  case rateLimit
  case restart
  case retry
  case root
  case slo
  case timeout
  case tool
  case usage

  /// The keys we have a meaning for.
  package var keys: [ConfigurationKey] {
    switch self {
    case .breaker: ConfigurationTable.breaker
    case .budget: ConfigurationTable.budget
    case .budgetCalls: ConfigurationTable.budgetCalls
    case .chaos: ConfigurationTable.chaos
    case .concurrency: ConfigurationTable.concurrency
    case .cost: ConfigurationTable.cost
    case .defaults: ConfigurationTable.policy
    case .endpoint: ConfigurationTable.endpoint
    case .log: ConfigurationTable.log
    case .proxy: ConfigurationTable.proxy
    case .rateLimit: ConfigurationTable.rateLimit
    case .restart: ConfigurationTable.restart
    case .retry: ConfigurationTable.retry
    case .root: ConfigurationTable.root
    case .slo: ConfigurationTable.slo
    case .timeout: ConfigurationTable.timeout
    case .tool: ConfigurationTable.tool
    case .usage: ConfigurationTable.usage
    }
  }

  /// Keys of other programs that pasted blocks bring along; they mean nothing here.
  package var ignored: [String] {
    switch self {
    case .endpoint:
      [
        "alwaysAllow", "alwaysLoad", "approval", "approval_mode", "approvalMode", "auth",
        "autoApprove", "bearer_token_env_var", "bundled", "default_tools_approval_mode",
        "description", "dev", "display_name", "env_http_headers", "gallery", "headersHelper",
        "icon", "name", "oauth", "oauth_resource", "remote", "required", "sandbox",
        "sandboxEnabled", "scopes", "source", "trust", "version",
      ]
    case .root: ["inputs"]
    case .tool: ["approval", "approval_mode", "approvalMode"]
    default: []
    }
  }

  /// Whether `null` means that nothing is set.
  func isAbsentIfNull(_ key: ConfigurationKey) -> Bool {
    self == .endpoint && ConfigurationTable.absentIfNull.contains(key.name)
  }

  /// The key that `name` spells.
  package func key(_ name: String) -> ConfigurationKey? {
    keys.first { $0.name == name || $0.synonyms.contains(name) }
  }
}
