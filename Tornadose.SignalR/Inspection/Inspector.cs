using System.Text.Json;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.Inspection;

/// <summary>Collects reports from all nodes that share the stores, and ends a subscriber on the node that has it.</summary>
internal sealed class Inspector
{
    private const string Subject = "inspector";
    private const string Look = "look ";
    private const string Dismiss = "dismiss ";
    private const string Done = "done";

    private readonly NodeInspection _here;
    private readonly INodeQuestions? _others;

    /// <param name="here">This node.</param>
    /// <param name="others">The others; null when there are none.</param>
    public Inspector(NodeInspection here, INodeQuestions? others)
    {
        _here = here;
        _others = others;
        others?.Answer(Subject, question => new(Answer(question)));
    }

    /// <summary>What the nodes are doing, this one first.</summary>
    public async Task<InspectionReport> LookAsync(InspectionRequest request, CancellationToken cancellationToken)
    {
        var answers = _others is null ? [] : await _others.CollectAsync(
            Subject, Look + JsonSerializer.Serialize(request, InspectionJson.Default.InspectionRequest), cancellationToken);
        return new InspectionReport(
            [_here.Look(request), .. answers.Select(Parse).OfType<NodeReport>()
                .OrderBy(static node => node.Node, StringComparer.Ordinal)]);
    }

    /// <summary>Ends a subscriber for good, on whichever node it is.</summary>
    /// <returns>False when no node has one with this id.</returns>
    /// <exception cref="StoreException">Not all nodes could be asked, so one of them may have it.</exception>
    public async Task<bool> DismissAsync(string id, CancellationToken cancellationToken) =>
        _here.TryDismiss(id)
            || (_others is not null && (await _others.AskAsync(Subject, Dismiss + id, first: true, cancellationToken)).Contains(Done));

    private string Answer(string question)
    {
        if (question.StartsWith(Dismiss, StringComparison.Ordinal))
            return _here.TryDismiss(question[Dismiss.Length..]) ? Done : "";
        var request = question.StartsWith(Look, StringComparison.Ordinal)
            ? Parse(question[Look.Length..], InspectionJson.Default.InspectionRequest)
            : null;
        return request is null ? "" : JsonSerializer.Serialize(_here.Look(request), InspectionJson.Default.NodeReport);
    }

    private static NodeReport? Parse(string answer) => Parse(answer, InspectionJson.Default.NodeReport);

    /// <summary>Anybody may send messages over the bus, so invalid JSON is ignored.</summary>
    private static T? Parse<T>(string text, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
