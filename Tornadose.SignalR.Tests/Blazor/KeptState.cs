using Microsoft.AspNetCore.Components;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>The persisted state in the page's HTML, by key.</summary>
internal sealed class KeptState : IPersistentComponentStateStore
{
    public IDictionary<string, byte[]> State { get; set; } = new Dictionary<string, byte[]>();

    public Task<IDictionary<string, byte[]>> GetPersistedStateAsync() => Task.FromResult(State);

    public Task PersistStateAsync(IReadOnlyDictionary<string, byte[]> state)
    {
        State = state.ToDictionary();
        return Task.CompletedTask;
    }
}
