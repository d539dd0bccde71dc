namespace Tornadose.Attack;

/// <summary>What an honest reader of a server feels that nobody attacks.</summary>
internal static class Idle
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    public static async Task<TimeSpan> MeasureAsync()
    {
        using var server = await ServerProcess.StartAsync();
        var reader = await HonestReader.StartAsync(server.Port);
        await Task.Delay(Duration);
        return (await reader.StopAsync()).P95;
    }
}
