using System.CommandLine;
using Tornadose.SignalR.Tool;

await using var output = StandardOutput.Open();
return await ToolCommand.Create(Console.In).Parse(args).InvokeAsync(new InvocationConfiguration
{
    Output = output,
    ProcessTerminationTimeout = TimeSpan.FromSeconds(8),
});
