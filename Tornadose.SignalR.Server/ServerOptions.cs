namespace Tornadose.SignalR.Server;

/// <summary>The configuration section <c>Server</c>: what other applications set in code.</summary>
internal sealed class ServerOptions
{
    public const string Section = "Server";

    /// <summary>
    /// The kind of each store, by name or pattern: <c>queue</c>, <c>data</c> or <c>keyed</c>. Their options are in
    /// <c>Tornadose:Stores</c>.
    /// </summary>
    public Dictionary<string, string> Stores { get; init; } = [];

    /// <summary>A connection string of StackExchange.Redis; null for stores of this process.</summary>
    public string? Redis { get; init; }

    /// <summary>A connection string of Microsoft.Data.Sqlite; null for stores in memory.</summary>
    public string? Sqlite { get; init; }

    /// <summary>Whether everybody may read every store. Default false.</summary>
    public bool AnonymousReaders { get; init; }

    /// <summary>API keys by their holders' names.</summary>
    public Dictionary<string, ApiKey> Keys { get; init; } = [];

    /// <exception cref="InvalidOperationException">A setting is not one of these, or its value cannot be read.</exception>
    public static ServerOptions Read(IConfigurationSection section)
    {
        Check(section, typeof(ServerOptions));
        foreach (var key in section.GetSection(nameof(Keys)).GetChildren())
            Check(key, typeof(ApiKey));
        return section.Get<ServerOptions>() ?? new ServerOptions();
    }

    /// <summary>
    /// A misspelt setting would have no effect, and the permission that it should grant or deny would be missed much later.
    /// </summary>
    private static void Check(IConfigurationSection section, Type settings)
    {
        var known = settings.GetProperties().Select(static property => property.Name).ToList();
        if (section.GetChildren().FirstOrDefault(one => !known.Contains(one.Key, StringComparer.OrdinalIgnoreCase)) is { } unknown)
            throw new InvalidOperationException($"{unknown.Path} is not a setting. {section.Path} has {string.Join(", ", known)}.");
    }
}

/// <summary>An API key. Stores are listed by name, or by a prefix and a <c>*</c>.</summary>
internal sealed class ApiKey
{
    /// <summary>The secret, of 16 characters or more.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The stores that its holder may read.</summary>
    public List<string> Read { get; init; } = [];

    /// <summary>The stores that its holder may publish to.</summary>
    public List<string> Publish { get; init; } = [];

    /// <summary>Whether its holder may use the inspector.</summary>
    public bool Operator { get; init; }
}
