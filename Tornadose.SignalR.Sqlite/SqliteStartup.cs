using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Sqlite;

/// <summary>
/// Opens the database before anything else of the application runs, and fails the start if it cannot be opened, or is in use by another
/// process. Tells the backplane the application's options for stores that nobody has opened yet.
/// </summary>
internal sealed class SqliteStartup(SqliteBackplane backplane, StoreProvider stores, IOptionsMonitor<StoreOptions> options)
    : IHostedLifecycleService, IDisposable
{
    private IDisposable? _changes;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        var rules = new RetentionRules(stores.LimitsOf, stores.IsDeclared);
        backplane.ApplyRules(rules);
        _changes = options.OnChange(_ => backplane.ApplyRules(rules));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _changes?.Dispose();
}
