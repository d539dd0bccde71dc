using Microsoft.AspNetCore.SignalR;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Hubs;

/// <summary>
/// Groups of stores for connections of other processes: the process that has the connection is asked, because only there can a
/// subscription begin or end. A process that does not answer may have the connection: then nothing is reported as done.
/// </summary>
internal sealed class RemoteGroups
{
    private const string Enter = "enter";
    private const string Leave = "leave";
    private const string Done = "done";

    private readonly string _subject;
    private readonly StoreHubContext _hub;
    private readonly Func<string, ConnectionSubscriptions?> _find;

    /// <param name="name">The hub's name: connections of other hubs are not concerned.</param>
    /// <param name="hub">What the hubs share.</param>
    /// <param name="find">Finds a connection of this process.</param>
    public RemoteGroups(string name, StoreHubContext hub, Func<string, ConnectionSubscriptions?> find)
    {
        (_subject, _hub, _find) = ($"groups {name}", hub, find);
        hub.Nodes?.Answer(_subject, AnswerAsync);
    }

    /// <summary>Puts a connection of another process into a store's group.</summary>
    /// <returns>False when the group is no store's, or no process that answers has the connection.</returns>
    /// <exception cref="HubException">The process that has it refuses the subscription.</exception>
    public Task<bool> TryEnterAsync(string connectionId, string group, CancellationToken cancellationToken) =>
        TryAsync(Enter, connectionId, group, cancellationToken);

    /// <summary>
    /// Takes a connection of another process out of a store's group. Once this has completed, nothing more of the store is sent to it.
    /// </summary>
    /// <returns>False when the group is no store's, or no process that answers has the connection.</returns>
    public Task<bool> TryLeaveAsync(string connectionId, string group, CancellationToken cancellationToken) =>
        TryAsync(Leave, connectionId, group, cancellationToken);

    private async Task<bool> TryAsync(string what, string connectionId, string group, CancellationToken cancellationToken)
    {
        if (_hub.Nodes is null || !_hub.Stores.Knows(group))
            return false;
        var answers = await _hub.Nodes.AskAsync(_subject, $"{what}\n{group}\n{connectionId}", first: true, cancellationToken);
        if (answers.FirstOrDefault(static answer => answer.Length > 0) is not { } answer)
            return false;
        return answer == Done ? true : throw HubRefusal.FromMessage(answer);
    }

    private async ValueTask<string> AnswerAsync(string question)
    {
        if (question.Split('\n', 3) is not [var what, var group, var connectionId]
            || _find(connectionId) is not { } subscriptions || !_hub.Stores.Knows(group))
            return "";
        try
        {
            if (what == Enter)
                await subscriptions.EnterAsync(group, after: null, access: null, CancellationToken.None);
            else if (what == Leave)
                await subscriptions.LeaveAsync(group, CancellationToken.None);
            return what is Enter or Leave ? Done : "";
        }
        catch (HubException refused)
        {
            return refused.Message;
        }
    }
}
