namespace BlazorDashboard.Notes;

/// <summary>Publishes what somebody wrote: on the server in process, in the browser over HTTP.</summary>
public interface INotePublisher
{
    /// <summary>Publishes a note. It comes back through the store, as it does to everybody else.</summary>
    /// <exception cref="Tornadose.SignalR.StoreException">It was not published.</exception>
    Task PublishAsync(string text);
}
