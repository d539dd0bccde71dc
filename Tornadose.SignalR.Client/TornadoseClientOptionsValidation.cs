using Microsoft.Extensions.Options;

namespace Tornadose.SignalR.Client;

/// <summary>Says what is wrong with options, and what to change.</summary>
internal sealed class TornadoseClientOptionsValidation : IValidateOptions<TornadoseClientOptions>
{
    private static readonly TimeSpan ShortestConnect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(1);

    /// <summary>Timers take no longer ones.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    public ValidateOptionsResult Validate(string? name, TornadoseClientOptions options)
    {
        string[] faults = [.. Faults(options), .. options.BaseAddress is { } address ? AddressFaults(address) : []];
        return faults.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    /// <exception cref="OptionsValidationException">Something is wrong.</exception>
    public static void ThrowIfInvalid(TornadoseClientOptions options, Uri? baseAddress)
    {
        string[] faults = [.. Faults(options), .. AddressFaults(baseAddress)];
        if (faults.Length > 0)
            throw new OptionsValidationException(nameof(TornadoseClientOptions), typeof(TornadoseClientOptions), faults);
    }

    private static IEnumerable<string> AddressFaults(Uri? address)
    {
        if (address is null || !(address.IsAbsoluteUri && address.Scheme is "http" or "https"))
            yield return $"BaseAddress is '{address}'; it must be absolute, http or https: the URL of MapStores.";
    }

    private static IEnumerable<string> Faults(TornadoseClientOptions options)
    {
        if (!Enum.IsDefined(options.Transport))
            yield return $"Transport is {options.Transport}; it must be a value of StoreTransport.";
        if (options.Transport == StoreTransport.SignalR && options.HubConnection is null)
            yield return "Transport is SignalR, and HubConnection is null: set it to the connection to the hub of MapStoreHub.";
        if (options.Transport != StoreTransport.SignalR && options.HubConnection is not null)
            yield return $"HubConnection is set, and Transport is {options.Transport}: set Transport to SignalR.";
        if (options.UseTickets && options.Transport is StoreTransport.LongPolling or StoreTransport.SignalR)
            yield return $"UseTickets is set, and Transport is {options.Transport}: tickets are for ServerSentEvents and WebSocket.";
        if (!IsTime(options.ConnectTimeout, ShortestConnect))
            yield return $"ConnectTimeout is {options.ConnectTimeout}; it must be from 100 ms to 24 days, or infinite.";
        if (!IsTime(options.ServerTimeout, ShortestSilence))
            yield return $"ServerTimeout is {options.ServerTimeout}; it must be from 3 s to 24 days, or infinite.";
        if (options.ReconnectDelay < ShortestDelay || options.ReconnectDelay > Longest)
            yield return $"ReconnectDelay is {options.ReconnectDelay}; it must be from 1 ms to 24 days.";
        if (options.MaxReconnectDelay < options.ReconnectDelay || options.MaxReconnectDelay > Longest)
            yield return $"MaxReconnectDelay is {options.MaxReconnectDelay}; it must be from ReconnectDelay to 24 days.";
    }

    private static bool IsTime(TimeSpan time, TimeSpan shortest) =>
        time == Timeout.InfiniteTimeSpan || (time >= shortest && time <= Longest);
}
