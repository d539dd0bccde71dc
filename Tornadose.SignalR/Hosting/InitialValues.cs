using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

/// <summary>
/// Publishes the initial values of data stores before the server listens. If the backplane cannot be reached, the application starts all
/// the same, and publishing is retried until it succeeds.
/// </summary>
internal sealed class InitialValues(
    IEnumerable<StoreDefinition> definitions, StoreProvider stores, StoreSerializer serializer, TimeProvider time,
    ILogger<InitialValues> logger) : BackgroundService
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly List<StoreDefinition> _left = [.. definitions.Where(static definition => definition.Initial is not null)];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryAsync(IsAway, cancellationToken).ConfigureAwait(false);
        foreach (var definition in _left)
            logger.InitialValueWaits(definition.Name);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (_left.Count > 0)
        {
            await Task.Delay(RetryDelay, time, stoppingToken).ConfigureAwait(false);
            await TryAsync(IsFailure, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>The backplane cannot be reached, or refuses; it logs that itself.</summary>
    private static bool IsAway(Exception failure) => failure is StoreUnavailableException or StoreRefusedException;

    /// <summary>
    /// At start, a value that cannot be published is the application's mistake and stops it. Later every failure is caught, because a
    /// background service that throws stops the application.
    /// </summary>
    private static bool IsFailure(Exception failure) => failure is not OperationCanceledException;

    private async Task TryAsync(Func<Exception, bool> survives, CancellationToken cancellationToken)
    {
        foreach (var definition in _left.ToList())
        {
            try
            {
                await stores.Get(definition.Name)
                    .InitializeAsync(definition.Initial!(serializer), cancellationToken).ConfigureAwait(false);
                _left.Remove(definition);
            }
            catch (Exception failure) when (survives(failure))
            {
                if (IsAway(failure))
                    continue;
                logger.InitialValueFailed(failure, definition.Name);
                _left.Remove(definition);
            }
        }
    }
}
