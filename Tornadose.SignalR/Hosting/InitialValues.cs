using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

/// <summary>Gives data stores what they begin with, before the server listens. Where the backplane cannot be reached the application starts all the same, and it is tried again until it can.</summary>
internal sealed class InitialValues(
    IEnumerable<StoreDefinition> definitions, StoreProvider stores, StoreSerializer serializer, TimeProvider time, ILogger<InitialValues> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Queue<StoreDefinition> _left = new(definitions.Where(static definition => definition.Initial is not null));

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(cancellationToken).ConfigureAwait(false);
        foreach (var definition in _left)
            logger.InitialValueWaits(definition.Name);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_left.Count > 0)
        {
            await Task.Delay(RetryDelay, time, stoppingToken).ConfigureAwait(false);
            await TryAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (; _left.TryPeek(out var definition); _left.Dequeue())
                await stores.Get(definition.Name).InitializeAsync(definition.Initial!(serializer), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception away) when (away is StoreUnavailableException or StoreRefusedException)
        {
            // The backplane is away, or refuses; its own lines tell of it.
        }
    }
}
