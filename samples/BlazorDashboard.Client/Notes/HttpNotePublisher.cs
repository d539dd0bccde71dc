using BlazorDashboard.Stores;
using Tornadose.SignalR;

namespace BlazorDashboard.Notes;

/// <summary>Publishes over HTTP, from the browser.</summary>
public sealed class HttpNotePublisher(TornadoseClient client) : INotePublisher
{
    /// <inheritdoc/>
    public Task PublishAsync(string text) => client.PublishAsync(StoreName.Notes, text);
}
