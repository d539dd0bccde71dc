using Microsoft.Extensions.Hosting;
using Tornadose.SignalR.FileLogs;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Hosting;

/// <summary>Reads the files before anything of the application runs, and fails the start when they cannot be read, or are another process's.</summary>
internal sealed class FileLogStartup(FileLogBackplane backplane, StoreProvider stores) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        _ = stores.Names; // they are opened by now
        return backplane.LoadAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
