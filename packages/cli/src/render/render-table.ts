export { type Cell, type Column, renderTable } from '@testbench/report/terminal';
