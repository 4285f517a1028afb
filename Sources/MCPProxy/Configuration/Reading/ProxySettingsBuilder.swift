/// Makes the settings of the proxy out of the section `proxy`.
struct ProxySettingsBuilder {
  let fields: ConfigurationFields
  let expander: VariableExpander

  func settings(_ problems: inout ProblemList) -> ProxySettings {
    var settings = ProxySettings()
    set(&settings.separator, separator(&problems))
    set(&settings.maxToolName, fields.count("maxToolName"))
    set(&settings.catalog, fields.text("catalog").flatMap(ProxySettings.Catalog.init))
    set(&settings.watch, fields.flag("watch"))
    if fields.flag("watch") == true, let field = fields["watch"] {
      let message = "this version does not reload the file when it changes"
      problems.report(.warning, .notSupported, at: field.offset, message)
    }
    set(&settings.maxLine, fields.count("maxLine"))
    let usage = fields.fields("usage") ?? ConfigurationFields()
    settings.usageDirectory = usagePath(usage, &problems)
    set(&settings.keepDays, usage.count("keepDays"))
    let log = fields.fields("log") ?? ConfigurationFields()
    set(&settings.logLevel, log.text("level").flatMap(Log.Level.init))
    settings.logFile = path("file", of: log, &problems)
    return settings
  }

  private func separator(_ problems: inout ProblemList) -> String? {
    guard let field = fields["separator"], let text = fields.text("separator") else { return nil }
    if (1...8).contains(text.count), text.allSatisfy(EndpointBuilder.isToolCharacter) {
      return text
    }
    let message = "proxy.separator \"\(text)\" is not 1 to 8 of A-Z a-z 0-9 _ -"
    problems.report(.error, .range, at: field.offset, message)
    return nil
  }

  private func usagePath(
    _ usage: ConfigurationFields,
    _ problems: inout ProblemList
  ) -> UsagePath {
    if fields.isOff("usage") { return .off }
    if let file = path("usage", of: fields, &problems) { return .file(file) }
    return path("dir", of: usage, &problems).map { .directory($0) } ?? .automatic
  }

  /// An absolute path; `nil` for `auto`, and where a variable is not set, which is an error.
  private func path(
    _ name: String,
    of section: ConfigurationFields,
    _ problems: inout ProblemList
  ) -> String? {
    guard let field = section[name], let text = section.text(name), text != "auto" else {
      return nil
    }
    do {
      let path = try expander.expand(text)
      return FilePath.resolve(path, in: expander.folder, home: expander.surroundings.home)
    } catch {
      problems.report(.error, .variable, at: field.offset, error.reason)
      return nil
    }
  }
}
