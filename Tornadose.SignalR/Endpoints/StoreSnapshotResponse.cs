using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The store's window and id as one JSON document: <c>{"store":…,"id":…,"messages":[…]}</c>; of a list, <c>{"id":…,"stores":[…]}</c> with the vector of all as the id.
/// </summary>
internal sealed class StoreSnapshotResponse(bool isList, List<(string Store, MessageLogSnapshot Snapshot)> snapshots)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many messages it holds.</summary>
    public int Messages => snapshots.Sum(static taken => taken.Snapshot.Messages.Count);

    public static async ValueTask<StoreSnapshotResponse> TakeAsync(StoreSelection selection, ResumeRequest resume, HttpContext context)
    {
        var snapshots = new List<(string Store, MessageLogSnapshot Snapshot)>();
        var followed = new List<FollowedStore>();
        try
        {
            foreach (var store in selection.Stores)
                followed.Add(await FollowedStore.BeginAsync(store, context.RequestAborted));
            var plan = new ResumePlan(resume, [.. followed.Select(static following => following.Store)]);
            foreach (var following in followed)
                snapshots.Add((following.Store.Name, resume.IsEmpty ? following.Store.GetSnapshot() : await ReadAsync(following, plan.StartOf(snapshots.Count), context.RequestAborted)));
        }
        finally
        {
            followed.ForEach(static following => following.Dispose());
        }

        return new(selection.IsList, snapshots);
    }

    public static void SetHeaders(HttpResponse response)
    {
        response.ContentType = "application/json; charset=utf-8";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
    }

    public async Task WriteAsync(HttpContext context)
    {
        SetHeaders(context.Response);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        if (isList)
            await WriteListAsync(context, writer, snapshots);
        else
            await WriteAsync(context, writer, snapshots[0].Store, snapshots[0].Snapshot);
        await SendAsync(context, writer); // where middleware has replaced the body, nothing else takes the pipe's bytes there
    }

    /// <summary>What a stream would begin with, up to where the store is now; a reset stands where one would.</summary>
    private static async ValueTask<MessageLogSnapshot> ReadAsync(FollowedStore following, StartAt start, CancellationToken cancellationToken)
    {
        var cursor = await following.OpenCursorAsync(start, cancellationToken);
        var head = following.Store.Position;
        var messages = new List<StoreMessage>();
        while (cursor.TryRead(out StoreMessage? message))
        {
            messages.Add(message);
            if (message.Position is { } position && position.Epoch == head.Epoch && position.Offset >= head.Offset)
                break; // publishers may be faster than this loop
        }

        return new MessageLogSnapshot(cursor.Position, messages);
    }

    private static async Task WriteListAsync(HttpContext context, Utf8JsonWriter writer, List<(string Store, MessageLogSnapshot Snapshot)> snapshots)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, string.Join('-', snapshots.Select(static taken => taken.Snapshot.Id)));
        writer.WriteStartArray("stores"u8);
        foreach (var (store, snapshot) in snapshots)
            await WriteAsync(context, writer, store, snapshot);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, Utf8JsonWriter writer, string store, MessageLogSnapshot snapshot)
    {
        writer.WriteStartObject();
        writer.WriteString("store"u8, store);
        writer.WriteString("id"u8, snapshot.Id);
        writer.WriteStartArray("messages"u8);
        foreach (var message in snapshot.Messages)
        {
            MessageEnvelope.Write(writer, new FrameContent(store, message.Reset?.Id ?? message.Id, message));
            if (writer.BytesPending >= Subscriber.BatchBytes)
                await SendAsync(context, writer);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>A client that reads slowly gets a part at a time, and costs no more memory than that.</summary>
    private static async ValueTask SendAsync(HttpContext context, Utf8JsonWriter writer)
    {
        writer.Flush();
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }
}
