using BlazorDashboard.Stores;
using Tornadose.SignalR;

namespace BlazorDashboard.Notes;

/// <summary>Publishes in process.</summary>
public sealed class StoreNotePublisher([FromKeyedServices(StoreName.Notes)] IStore notes) : INotePublisher
{
    /// <inheritdoc/>
    public Task PublishAsync(string text) => notes.PublishAsync(text).AsTask();
}
