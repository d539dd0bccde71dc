using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.Delivery;

/// <summary>Validates the options at startup. Each failure says what would be valid.</summary>
internal sealed class TornadoseOptionsValidation : IValidateOptions<TornadoseOptions>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, TornadoseOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(TornadoseOptions options)
    {
        if (options.KeepAlive < Second || options.KeepAlive > Hour)
            yield return $"Tornadose: KeepAlive is {options.KeepAlive}; it must be from 1 s to 1 hour.";
        if (options.KeepAliveTimeout < Second || options.KeepAliveTimeout > Hour)
            yield return $"Tornadose: KeepAliveTimeout is {options.KeepAliveTimeout}; it must be from 1 s to 1 hour.";
        if (options.DrainWindow < TimeSpan.Zero || options.DrainWindow > TimeSpan.FromMinutes(10))
            yield return $"Tornadose: DrainWindow is {options.DrainWindow}; it must be from 0 to 10 minutes.";
        if (options.RetryMin < TimeSpan.Zero || options.RetryMin > Hour)
            yield return $"Tornadose: RetryMin is {options.RetryMin}; it must be from 0 to 1 hour.";
        if (options.RetryMax < options.RetryMin || options.RetryMax > Hour)
            yield return $"Tornadose: RetryMax is {options.RetryMax}; it must be from RetryMin ({options.RetryMin}) to 1 hour.";
        if (options.MaxConnectionAge is { } age && (age < TimeSpan.FromSeconds(10) || age > TimeSpan.FromDays(30)))
            yield return $"Tornadose: MaxConnectionAge is {age}; it must be from 10 s to 30 days, or null.";
        if (options.TicketLifetime < Second || options.TicketLifetime > TimeSpan.FromMinutes(10))
            yield return $"Tornadose: TicketLifetime is {options.TicketLifetime}; it must be from 1 s to 10 minutes.";
        if (options.AccessRecheckInterval is { } interval && (interval < Second || interval > TimeSpan.FromDays(1)))
            yield return $"Tornadose: AccessRecheckInterval is {interval}; it must be from 1 s to 1 day, or null.";
        if (options.AccessRecheckTimeout < TimeSpan.FromMilliseconds(100) || options.AccessRecheckTimeout > TimeSpan.FromMinutes(10))
            yield return $"Tornadose: AccessRecheckTimeout is {options.AccessRecheckTimeout}; it must be from 100 ms to 10 minutes.";
        if (options.UserId is null)
            yield return "Tornadose: UserId is null; it must be a function, which may return null.";
        foreach (var origin in options.AllowedOrigins)
            if (OriginFault(origin) is { } fault)
                yield return $"Tornadose: AllowedOrigins has '{origin}', which no page would match; {fault}.";
        if (options.MaxBytes < 1024 * 1024)
            yield return $"Tornadose: MaxBytes is {options.MaxBytes}; it must be at least 1 MiB (1048576).";
        if (options.MaxSubscriptionsPerConnection < 1)
            yield return $"Tornadose: MaxSubscriptionsPerConnection is {options.MaxSubscriptionsPerConnection}; it must be at least 1.";
        if (options.MaxStores < 1)
            yield return $"Tornadose: MaxStores is {options.MaxStores}; it must be at least 1.";
        foreach (var (limit, value) in Limits(options))
            if (value < 1)
                yield return $"Tornadose: {limit} is {value}; it must be at least 1, or null.";
        if (options.MaxInboundMessagesPerSecond < 1)
            yield return $"Tornadose: MaxInboundMessagesPerSecond is {options.MaxInboundMessagesPerSecond}; it must be at least 1.";
        if (options.MaxSubscribers < 1)
            yield return $"Tornadose: MaxSubscribers is {options.MaxSubscribers}; it must be at least 1.";
    }

    private static IEnumerable<(string Name, int? Value)> Limits(TornadoseOptions options) =>
    [
        (nameof(options.MaxSubscribersPerUser), options.MaxSubscribersPerUser),
        (nameof(options.MaxStoresPerUser), options.MaxStoresPerUser),
        (nameof(options.MaxJoinsPerSecond), options.MaxJoinsPerSecond),
        (nameof(options.MaxReplayedPerSecond), options.MaxReplayedPerSecond),
        (nameof(options.MaxHubCallsPerSecond), options.MaxHubCallsPerSecond),
        (nameof(options.MaxTicketsPerSecond), options.MaxTicketsPerSecond),
    ];

    /// <summary>
    /// What is wrong with an origin that browsers would not send; null when nothing is. A host's name may be in Unicode, where browsers
    /// send punycode.
    /// </summary>
    private static string? OriginFault(string origin)
    {
        if (origin == "*")
            return null;
        if (origin.Contains('*', StringComparison.Ordinal))
            return "patterns are not supported: list each origin, or '*' for every page";
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || page.Host.Length == 0)
            return "an origin is scheme and host, with the port if it is not the scheme's default, as in 'https://app.example'";
        var sent = $"{page.Scheme}://{page.GetComponents(UriComponents.Host | UriComponents.Port, UriFormat.SafeUnescaped)}";
        return origin == sent ? null : $"browsers send '{sent}'";
    }
}
