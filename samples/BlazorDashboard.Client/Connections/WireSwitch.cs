using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.Options;
using Tornadose.SignalR;

namespace BlazorDashboard.Connections;

/// <summary>
/// Changes the wire of components that run in the browser. The client reads its options when a subscription begins, so the next
/// subscriptions use the new wire.
/// </summary>
public sealed class WireSwitch(IOptions<TornadoseClientOptions> options)
{
    /// <summary>Uses the wire of a choice from now on.</summary>
    public async Task UseAsync(RunChoice choice)
    {
        var before = options.Value.HubConnection;
        Use(choice, options.Value);
        if (before is not null)
            await before.DisposeAsync();
    }

    /// <summary>Sets the options of a choice.</summary>
    public static void Use(RunChoice choice, TornadoseClientOptions options)
    {
        options.Transport = choice.Transport;
        options.HubConnection = choice.Transport == StoreTransport.SignalR
            ? new HubConnectionBuilder().WithUrl(new Uri(options.BaseAddress!, "hubs/stores")).Build()
            : null;
    }
}
