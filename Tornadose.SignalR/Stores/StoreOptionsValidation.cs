using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.Stores;

/// <summary>Reports at start what is wrong with a store's options, and what would be right.</summary>
internal sealed class StoreOptionsValidation : IValidateOptions<StoreOptions>
{
    private const int MaxCapacity = 1 << 24;
    private const long MaxBytes = 1L << 40;
    private const int MaxMessageBytes = 1 << 27; // longer JSON strings cannot be written

    public ValidateOptionsResult Validate(string? name, StoreOptions options)
    {
        var failures = Failures(options).Select(failure => $"Store '{name}': {failure}").ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(StoreOptions options)
    {
        if (options.Capacity is < 0 or > MaxCapacity)
            yield return $"Capacity is {options.Capacity}; it must be from 0 to {MaxCapacity}.";
        if (options.MaxMessageBytes is < 1 or > MaxMessageBytes)
            yield return $"MaxMessageBytes is {options.MaxMessageBytes}; it must be from 1 to {MaxMessageBytes}.";
        if (options.MaxBytes is < 1 or > MaxBytes || options.MaxBytes < options.MaxMessageBytes)
            yield return $"MaxBytes is {options.MaxBytes}; it must be from MaxMessageBytes ({options.MaxMessageBytes}) to {MaxBytes}.";
        if (options.MaxAge is { } age && age < TimeSpan.FromMilliseconds(1))
            yield return $"MaxAge is {age}; it must be at least 1 ms, or null.";
        if (options.MaxKeys is < 1 or > MaxCapacity)
            yield return $"MaxKeys is {options.MaxKeys}; it must be from 1 to {MaxCapacity}.";
        if (options.MaxTombstones is < 1 or > MaxCapacity)
            yield return $"MaxTombstones is {options.MaxTombstones}; it must be from 1 to {MaxCapacity}.";
        if (options.KeyMaxAge is { } keyAge && keyAge < TimeSpan.FromMilliseconds(1))
            yield return $"KeyMaxAge is {keyAge}; it must be at least 1 ms, or null.";
        if (options.MaxSubscribers < 1)
            yield return $"MaxSubscribers is {options.MaxSubscribers}; it must be at least 1, or null.";
        if (!Enum.IsDefined(options.SlowConsumer))
            yield return $"SlowConsumer is {options.SlowConsumer}; it must be Reset, SkipToLatest or Disconnect.";
        if (options.SendTimeout < TimeSpan.FromMilliseconds(100) || options.SendTimeout > TimeSpan.FromHours(1))
            yield return $"SendTimeout is {options.SendTimeout}; it must be from 100 ms to 1 hour.";
        if (options.MinInterval is { } interval && (interval < TimeSpan.FromMilliseconds(50) || interval > TimeSpan.FromMinutes(1)))
            yield return $"MinInterval is {interval}; it must be from 50 ms to 1 minute, or null.";
        if (options.SubscriberGrace < TimeSpan.Zero || options.SubscriberGrace > TimeSpan.FromDays(1))
            yield return $"SubscriberGrace is {options.SubscriberGrace}; it must be from 0 to 1 day.";
        if (options.IdleTimeout < TimeSpan.FromSeconds(1))
            yield return $"IdleTimeout is {options.IdleTimeout}; it must be at least 1 s.";
    }
}
