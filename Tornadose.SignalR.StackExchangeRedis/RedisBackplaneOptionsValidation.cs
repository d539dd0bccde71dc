using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>Validates the options at start; each message says what is wrong and what would be valid.</summary>
internal sealed class RedisBackplaneOptionsValidation : IValidateOptions<RedisBackplaneOptions>
{
    private const int MaxPrefixLength = 64;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, RedisBackplaneOptions options)
    {
        var failures = Failures(options).Select(failure => $"Tornadose:Redis: {failure}").ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(RedisBackplaneOptions options)
    {
        if (options.KeyPrefix is not { Length: > 0 and <= MaxPrefixLength } prefix || !prefix.All(IsPrefixCharacter))
            yield return $"KeyPrefix is '{options.KeyPrefix}'; it must have 1 to {MaxPrefixLength} letters, digits, '.', '_' and '-'.";
        foreach (var (store, channel) in options.Channels)
            if (string.IsNullOrEmpty(channel))
                yield return $"Channels has no channel for the store '{store}'; name one, or leave the store out.";
        if (options.SyncInterval < Shortest || options.SyncInterval > TimeSpan.FromMinutes(10))
            yield return $"SyncInterval is {options.SyncInterval}; it must be from 50 ms to 10 minutes.";
        if (options.ProbeInterval != Timeout.InfiniteTimeSpan && (options.ProbeInterval < Shortest || options.ProbeInterval > Hour))
            yield return $"ProbeInterval is {options.ProbeInterval}; it must be from 50 ms to 1 hour, or infinite.";
        if (options.CommandTimeout < Shortest || options.CommandTimeout > TimeSpan.FromMinutes(5))
            yield return $"CommandTimeout is {options.CommandTimeout}; it must be from 50 ms to 5 minutes.";
        if (options.AnswerTimeout < Shortest || options.AnswerTimeout > TimeSpan.FromMinutes(5))
            yield return $"AnswerTimeout is {options.AnswerTimeout}; it must be from 50 ms to 5 minutes.";
        if (options.Linger < TimeSpan.Zero || options.Linger > Hour)
            yield return $"Linger is {options.Linger}; it must be from 0 to 1 hour.";
    }

    private static bool IsPrefixCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-';
}
