namespace Tornadose.SignalR;

/// <summary>
/// The settings of <c>builder.AddTornadose("redis")</c>. Bound from the configuration section <c>Aspire:Tornadose:SignalR</c>, then from
/// its subsection with the connection's name.
/// </summary>
public sealed class TornadoseSettings
{
    /// <summary>
    /// The connection string of Redis: whatever StackExchange.Redis understands except <c>channelPrefix</c>, or a URL,
    /// <c>redis://user:secret@host:6379/0</c>. Default null. The connection string with the connection's name,
    /// <c>ConnectionStrings:{name}</c>, takes precedence over the section.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>
    /// Whether to leave out the health check <c>tornadose</c>, tagged <c>ready</c>, which reports whether messages are delivered.
    /// Default false.
    /// </summary>
    public bool DisableHealthChecks { get; set; }

    /// <summary>Whether to leave out the meter <c>Tornadose.SignalR</c> from OpenTelemetry's metrics. Default false.</summary>
    public bool DisableMetrics { get; set; }

    /// <summary>Whether to leave out the activity source <c>Tornadose.SignalR</c> from OpenTelemetry's traces. Default false.</summary>
    public bool DisableTracing { get; set; }
}
