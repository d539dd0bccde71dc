using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The store's window and id as one JSON document: <c>{"store":…,"id":…,"messages":[…]}</c>.</summary>
internal static class StoreSnapshotResponse
{
    public static async Task WriteAsync(HttpContext context, DataStore store)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache, no-store";
        context.Response.Headers.Vary = "Accept";
        if (HttpMethods.IsHead(context.Request.Method))
            return;
        using var following = await store.FollowAsync(context.RequestAborted);
        await using var writer = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Write(writer, store.Name, store.GetSnapshot());
    }

    private static void Write(Utf8JsonWriter writer, string store, MessageLogSnapshot snapshot)
    {
        writer.WriteStartObject();
        writer.WriteString("store"u8, store);
        writer.WriteString("id"u8, snapshot.Id);
        writer.WriteStartArray("messages"u8);
        foreach (var message in snapshot.Messages)
            MessageEnvelope.Write(writer, new FrameContent(store, message.Id, message));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
