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
internal sealed class StoreSnapshotResponse(bool isList, List<(string Store, StoreSnapshot Snapshot)> snapshots)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How many messages it holds.</summary>
    public int Messages => snapshots.Sum(static taken => taken.Snapshot.Messages.Count);

    public static async ValueTask<StoreSnapshotResponse> TakeAsync(StoreSelection selection, HttpContext context)
    {
        var snapshots = new List<(string Store, StoreSnapshot Snapshot)>();
        if (HttpMethods.IsHead(context.Request.Method))
            return new(selection.IsList, snapshots);
        foreach (var store in selection.Stores)
        {
            using var following = await FollowedStore.BeginAsync(store, context.RequestAborted);
            snapshots.Add((store.Name, following.Store.GetSnapshot()));
        }

        return new(selection.IsList, snapshots);
    }

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, WriterOptions);
        if (isList)
            await WriteListAsync(context, writer, snapshots);
        else
            await WriteAsync(context, writer, snapshots[0].Store, snapshots[0].Snapshot);
    }

    private static async Task WriteListAsync(HttpContext context, Utf8JsonWriter writer, List<(string Store, StoreSnapshot Snapshot)> snapshots)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, string.Join('-', snapshots.Select(static taken => taken.Snapshot.Id)));
        writer.WriteStartArray("stores"u8);
        foreach (var (store, snapshot) in snapshots)
            await WriteAsync(context, writer, store, snapshot);
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static async Task WriteAsync(HttpContext context, Utf8JsonWriter writer, string store, StoreSnapshot snapshot)
    {
        writer.WriteStartObject();
        writer.WriteString("store"u8, store);
        writer.WriteString("id"u8, snapshot.Id);
        writer.WriteStartArray("messages"u8);
        foreach (var message in snapshot.Messages)
        {
            MessageEnvelope.Write(writer, new FrameContent(store, message.Id, message));
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
